"""What can be checked of a page's accessibility in a browser: names, ids, contrast, sizes, focus, width."""
from harness import Failure

NAMED_ROLES = {"button", "checkbox", "combobox", "group", "link", "radio", "region", "textbox"}
LANDMARKS = {"banner", "contentinfo", "main", "region"}

MEASURES = r"""() => {
  const problems = [];
  const what = (element) =>
    `${element.tagName.toLowerCase()}#${element.id}.${element.className}: ${element.textContent.trim().slice(0, 40)}`;
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true })
    && element.getClientRects().length > 0 && !element.closest(".unseen, .skip");
  const parts = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => parts(color).slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const isOpaque = (color) => (parts(color)[3] ?? 1) === 1;
  const ground = (element) => {
    // The words of a radio button lie upon it.
    const below = element.previousElementSibling?.type === "radio" ? element.previousElementSibling : element;
    for (let at = below; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (isOpaque(color)) return color;
    }
    return "rgb(255, 255, 255)";
  };

  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  problems.push(...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `twice the id ${id}`));

  const texts = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (walker.currentNode.data.trim()) texts.add(walker.currentNode.parentElement);
  for (const element of document.querySelectorAll("input:not([type=radio]), textarea")) texts.add(element);
  for (const element of [...texts].filter(isShown)) {
    const ratio = contrast(getComputedStyle(element).color, ground(element));
    if (ratio < 4.5) problems.push(`contrast ${ratio.toFixed(2)} of ${what(element)}`);
  }
  for (const element of document.querySelectorAll("input, textarea")) {
    // A browser takes a placeholder for a name, which is gone as soon as one types.
    if (!element.ariaLabel && !element.labels.length) problems.push(`without a label: ${what(element)}`);
  }
  const placeholders = [...document.querySelectorAll("[placeholder]")].filter(isShown);
  for (const element of placeholders) {
    const ratio = contrast(getComputedStyle(element, "::placeholder").color, ground(element));
    if (ratio < 4.5) problems.push(`contrast ${ratio.toFixed(2)} of the placeholder of ${what(element)}`);
  }

  for (const element of [...document.querySelectorAll("input, textarea, button, main a, footer a")].filter(isShown)) {
    const { width, height } = element.getBoundingClientRect();
    if (width < 24 || height < 24) problems.push(`${Math.round(width)} x ${Math.round(height)} px: ${what(element)}`);
    if (element.matches("a, .quiet")) continue;
    const style = getComputedStyle(element);
    const around = ground(element.parentElement);
    const ratio = Math.max(contrast(style.borderTopColor, around), contrast(style.backgroundColor, around));
    if (ratio < 3) problems.push(`contrast ${ratio.toFixed(2)} of the edge of ${what(element)}`);
  }

  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) problems.push(`scrolls sideways: ${scrollWidth} > ${clientWidth} px`);
  return problems;
}"""

FOCUS = r"""() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const order = [...document.querySelectorAll("*")].indexOf(element);
  const isVisible = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
    && element.getClientRects().length > 0;
  return { order, isVisible, name: `${element.tagName}#${element.id}` };
}"""

# One of a group of radio buttons takes the focus for all.
FOCUSABLE = r"""() => [...document.querySelectorAll("a[href], button:enabled, input, textarea, [tabindex='0']")]
  .filter((element) => element.checkVisibility() && !(element.type === "radio" && !element.checked)).length"""


def check(page, language):
    """Fails with all that is wrong with the page as it is shown."""
    problems = unnamed(page) + focus_problems(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        problems += [f"{scheme}: {problem}" for problem in page.evaluate(MEASURES)]
    if page.evaluate("document.documentElement.lang") != language:
        problems.append(f"the page does not say that it is in {language}")
    if problems:
        raise Failure(f"{language}, {page.viewport_size['width']} px: {problems[:8]}")


def unnamed(page):
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    roles = [(node.get("role", {}).get("value"), node.get("name", {}).get("value", "")) for node in nodes
             if not node.get("ignored")]
    missing = LANDMARKS - {role for role, _ in roles}
    return ([f"a {role} without a name" for role, name in roles if role in NAMED_ROLES and not name.strip()]
            + [f"no landmark {role}" for role in missing])


def focus_problems(page):
    # The first of all; where the browser goes on from is otherwise where the focus was last.
    page.locator(".skip").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    problems, orders = [], []
    for _ in range(200):
        focus = page.evaluate(FOCUS)
        if focus is None or focus["order"] in orders:
            break
        if orders and focus["order"] < orders[-1]:
            problems.append(f"the focus goes back to {focus['name']}")
        if not focus["isVisible"]:
            problems.append(f"the focus on {focus['name']} is not visible")
        orders.append(focus["order"])
        page.keyboard.press("Tab")
    wanted = page.evaluate(FOCUSABLE)
    if len(orders) != wanted:
        problems.append(f"the focus came to {len(orders)} of {wanted} elements")
    return problems
