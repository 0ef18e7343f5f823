// Icons in widgets: elements of the class `fa`, as Jupyter's views and HTML widgets make them. Their font is asked of the page
// when the first of them appears, so that widgets without icons carry none. Read next: icons.css.

const ICON = ".fa, .fas, .far";

/** Calls `ask` once, as soon as an icon stands in the frame. */
export function askForIcons(ask) {
  const look = () => {
    if (!document.querySelector(ICON)) return;
    watching.disconnect();
    ask();
  };
  const watching = new MutationObserver(look);
  watching.observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
  look();
}

/** Takes the style with the font. */
export function takeIcons(css) {
  const style = document.createElement("style");
  style.textContent = css;
  document.head.append(style);
}
