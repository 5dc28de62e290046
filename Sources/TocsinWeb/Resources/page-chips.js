// A list of names with a field to add one: topics, and names of events.

import { element, text } from "./page-texts.js";

/** Names in the order they were added, each once. */
export class Chips {
  values = [];
  #list;
  #field;
  #removable;
  #allows;
  #changed;

  /**
   * @param form Has one text field, and adds what is in it when submitted.
   * @param values Those that are there from the beginning.
   * @param allows Is asked before another is added.
   * @param changed Is called with a name after it was added or removed by hand.
   */
  constructor(form, { values, removable, allows = () => true, changed }) {
    this.#list = form.querySelector("ul");
    this.#field = form.querySelector("input");
    this.#removable = removable;
    this.#allows = allows;
    this.#changed = changed;
    new Set(values).forEach((name) => this.#append(name));
    this.#field.addEventListener("input", () => this.#field.setCustomValidity(""));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  /** Adds a name; false where it may not be. One that is there already stays. */
  add(name) {
    if (this.values.includes(name)) return true;
    if (!this.#allows(name)) return false;
    this.#append(name);
    return true;
  }

  #submit() {
    const name = this.#field.value;
    if (!name) return;
    if (this.add(name)) {
      this.#field.value = "";
      this.#changed(name);
    } else {
      this.#field.setCustomValidity(text("not-allowed", { name }));
      this.#field.reportValidity();
    }
  }

  #append(name) {
    this.values.push(name);
    const chip = element("li", {}, element("bdi", {}, name));
    if (this.#removable) {
      const remove = element("button", { type: "button", class: "quiet", ariaLabel: text("remove", { name }) }, "×");
      remove.addEventListener("click", () => {
        this.values = this.values.filter((value) => value !== name);
        chip.remove();
        this.#field.focus();
        this.#changed(name);
      });
      chip.append(remove);
    }
    this.#list.append(chip);
  }
}
