// Where somebody stops reading is kept as the page is left, so that they go on there; once, and only if it moved.
const text = document.querySelector("[data-place]");
let kept = "";

function keep() {
  const blocks = [...text.querySelectorAll('[id^="b"]')].filter((block) => /^b\d+$/.test(block.id));
  const first = blocks.find((block) => block.getBoundingClientRect().bottom > 0);
  const block = first?.id.slice(1);
  if (!block || block === "1" || block === kept) return;
  const fields = { csrf: text.dataset.csrf, request_id: crypto.randomUUID(), block };
  if (navigator.sendBeacon(text.dataset.place, new URLSearchParams(fields))) kept = block;
}

document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") keep(); });
addEventListener("pagehide", keep);
