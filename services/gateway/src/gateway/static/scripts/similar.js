// Letters like the one that is begun are shown while its subject is typed, before much is written of what there is.
const place = document.querySelector("[data-similar]"), subject = document.getElementById("subject");
const list = place.querySelector("[data-similar-list]");
let waiting = 0, last = 0;

async function look() {
  const mine = ++last, address = new URL(place.dataset.similar, location.href);
  address.searchParams.set("subject", subject.value.slice(0, 300));
  const answer = await fetch(address, { credentials: "same-origin", redirect: "error" }).catch(() => null);
  // Only the last question counts, and what is not answered leaves what is there.
  if (!answer?.ok || mine !== last) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.querySelector("[data-similar-list]");
  list.replaceChildren(...found.childNodes);
  place.hidden = !list.querySelector("li");
}

subject.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, 400);
});
