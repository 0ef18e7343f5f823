// Runs inside an output frame, before the output's own content: tells the page how tall the content is and takes the
// theme's colours. The page believes nothing else that comes from here, and checks even the number.
// It is put into the frame's text as it stands, so it must not contain the end of a script element.
// Read next: app/src/render/frame_page.rs, app/src/web/output_frame.rs.
(() => {
  // Between us and the page stands only the host, an empty document of its site.
  const page = parent.parent;
  let reported = -1;
  const report = () => {
    const root = document.documentElement;
    const height = Math.ceil(Math.max(root.getBoundingClientRect().height, document.body ? document.body.scrollHeight : 0));
    if (height === reported) return;
    reported = height;
    page.postMessage({ type: "carrel:output-height", height }, "*");
  };
  addEventListener("message", (event) => {
    if (event.source !== page || !event.data || event.data.type !== "carrel:theme") return;
    const theme = document.getElementById("theme");
    if (theme) theme.textContent = String(event.data.css);
  });
  const observer = new ResizeObserver(report);
  observer.observe(document.documentElement);
  addEventListener("DOMContentLoaded", () => {
    observer.observe(document.body);
    report();
  });
  addEventListener("load", report);
})();
