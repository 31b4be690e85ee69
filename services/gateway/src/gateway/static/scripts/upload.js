// A large file goes in pieces, says how far it is, and goes on where it was when the connection broke.
const PIECE = 4 * 1024 * 1024, TRIES = 8;
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// What is refused is said, and not tried again; what got no answer is.
class Refusal extends Error {}

async function ask(address, options) {
  const answer = await fetch(address, { credentials: "same-origin", redirect: "error", ...options });
  const said = (answer.headers.get("content-type") ?? "").startsWith("application/json") ? await answer.json() : {};
  if (answer.ok || said.received !== undefined) return said;
  if (answer.status >= 500) throw new Error(String(answer.status));
  throw new Refusal(said.sentence ?? "");
}

// By file: who presses again after a break goes on with the same upload.
const uploads = new WeakMap();

async function bring(file, csrf, tell) {
  const form = (fields) => ({ method: "POST", body: new URLSearchParams({ csrf, request_id: crypto.randomUUID(), ...fields }) });
  if (!uploads.has(file)) {
    const begun = await ask("/courses/uploads", form({ filename: file.name, size: file.size }));
    uploads.set(file, `/courses/uploads/${begun.upload}`);
  }
  const upload = uploads.get(file), headers = { "x-csrf": csrf, "content-type": "application/octet-stream" };
  for (let at = (await ask(upload)).received, tries = 0; at < file.size; ) {
    tell(at / file.size, tries > 0);
    try {
      const body = file.slice(at, at + PIECE);
      at = (await ask(`${upload}?offset=${at}`, { method: "POST", headers, body })).received;
      tries = 0;
    } catch (error) {
      if (error instanceof Refusal || ++tries > TRIES) throw error;
      tell(at / file.size, true);
      await pause(500 * 2 ** tries);
      at = await ask(upload).then((said) => said.received, () => at);
    }
  }
  tell(1, false);
  return (await ask(`${upload}/finish`, form({}))).media;
}

for (const form of document.querySelectorAll("form[data-in-pieces]")) {
  const field = form.elements.file, place = form.querySelector(".upload");
  const [bar, broken, failed, refused] = ["progress", ".upload__broken", ".upload__failed", ".upload__refused"]
    .map((part) => place.querySelector(part));
  form.addEventListener("submit", async (event) => {
    const [file] = field.files;
    if (!file || event.submitter?.value === "remove") return;
    event.preventDefault();
    const { submitter } = event;
    place.hidden = false;
    failed.hidden = refused.hidden = true;
    submitter.disabled = true;
    try {
      form.elements.media.value = await bring(file, form.elements.csrf.value, (part, waits) => {
        bar.value = part;
        broken.hidden = !waits;
      });
      form.elements.filename.value = file.name;
      field.value = "";
      submitter.disabled = false;
      form.requestSubmit(submitter);
    } catch (error) {
      submitter.disabled = false;
      broken.hidden = true;
      refused.textContent = error instanceof Refusal ? error.message : "";
      (refused.textContent ? refused : failed).hidden = false;
    }
  });
}
