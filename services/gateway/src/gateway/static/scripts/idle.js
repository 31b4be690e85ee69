// Two minutes before a sign-in ends, a dialog says so and can be answered; when it ended, the page hides what is on it.
// How long it holds is the gateway's word: it is asked before anything is said, and what one tab hears it tells the others.
const WARN_SECONDS = 120;
const page = document.documentElement;
const place = document.getElementById("sign-in-ends");
const warning = document.getElementById("idle-warning");
const over = document.getElementById("signed-out");
const countdown = warning.querySelector("[role=status]");
const { csrf } = place.dataset;
const tabs = new BroadcastChannel("cadre-sign-in");
let ends = 0, asking = false, lastWords = false;

const left = () => (ends - Date.now()) / 1000;

function hear({ seconds, most, clock }) {
  ends = Date.now() + seconds * 1000;
  // Twelve hours after it began it ends, whoever is there.
  lastWords = most <= seconds;
  if (clock) document.querySelectorAll("[data-ends]").forEach((one) => { one.textContent = clock; });
  if (seconds <= WARN_SECONDS) return;
  delete page.dataset.warned;
  [warning, over].forEach((dialog) => dialog.close());
}

async function ask(stay) {
  asking = true;
  try {
    const answer = await fetch("/sign-in/hold", { method: "POST", body: new URLSearchParams({ csrf, stay }) });
    const said = await answer.json();
    hear(said);
    if (stay) tabs.postMessage({ ...said, csrf });
  } catch {
    // No answer: what was said last holds.
  } finally {
    asking = false;
  }
}

async function look() {
  if (asking || over.open || left() > WARN_SECONDS) return;
  if (left() <= 0 || !("warned" in page.dataset)) await ask("");
  if (left() <= 0) return end();
  if (left() > WARN_SECONDS) return;
  if (!("warned" in page.dataset)) warn();
  // Said aloud where it changes, and not every second.
  const said = left() > 60 ? "less than two minutes" : left() > 30 ? "less than one minute" : "less than half a minute";
  if (countdown.textContent !== said) countdown.textContent = said;
}

function warn() {
  page.dataset.warned = "";
  warning.querySelectorAll("[data-when]").forEach((one) => { one.hidden = (one.dataset.when === "last") !== lastWords; });
  warning.showModal();
}

function end() {
  const typed = "unsaved" in page.dataset;
  const link = over.querySelector("a");
  link.href = `/sign-in?next=${encodeURIComponent(typed ? "/home" : location.pathname + location.search)}`;
  link.target = typed ? "_blank" : "_self";
  over.querySelector("[data-typed]").hidden = !typed;
  warning.close();
  over.showModal();
}

// By its button or by Escape: whoever answers is there.
warning.addEventListener("close", () => { if (!lastWords && left() > 0 && left() <= WARN_SECONDS) ask("yes"); });
over.addEventListener("cancel", (event) => event.preventDefault());
// The same person at the same browser, also after they signed in again; somebody else's word is no word about this page.
tabs.addEventListener("message", ({ data }) => { if (data.csrf === csrf) hear(data); else ends = 0; });

hear({ seconds: Number(place.dataset.seconds), most: Number(place.dataset.most) });
tabs.postMessage({ csrf, seconds: Number(place.dataset.seconds), most: Number(place.dataset.most), clock: place.querySelector("[data-ends]").textContent });
setInterval(look, 1000);
