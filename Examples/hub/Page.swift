let page = """
    <!doctype html>
    <html lang="en">
    <title>Restaurant</title>
    <link rel="icon" href="data:,">
    <p>Waiting for a table.</p>
    <script>
    new EventSource("/guests/tiaz/events").addEventListener("table", event => {
      document.querySelector("p").textContent = event.data;
    });
    </script>

    """
