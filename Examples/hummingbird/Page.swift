let page = """
    <!doctype html>
    <html lang="en">
    <title>Chat</title>
    <link rel="icon" href="data:,">
    <form><input name="text" aria-label="Message" autofocus required> <button>Say</button></form>
    <ul></ul>
    <script>
    new EventSource("/events").onmessage = event => {
      const item = document.createElement("li");
      item.textContent = event.data;
      document.querySelector("ul").append(item);
    };
    document.querySelector("form").onsubmit = async event => {
      event.preventDefault();
      const { text } = event.target.elements;
      const headers = { "Content-Type": "application/json" };
      const body = JSON.stringify({ text: text.value });
      if ((await fetch("/messages", { method: "POST", headers, body })).ok) text.value = "";
    };
    </script>

    """
