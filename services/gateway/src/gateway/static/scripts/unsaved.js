// Leaving a form that was changed asks first. What is sent is not lost, and neither is what was typed back as it was.
const chosenBefore = (list) => Math.max(0, [...list.options].findIndex((option) => option.defaultSelected));
function changed(field) {
  if (field.type === "hidden") return false;
  if (field.type === "file") return field.files.length > 0;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return field.selectedIndex !== chosenBefore(field);
  return "defaultValue" in field && field.value !== field.defaultValue;
}
let sent = null;

// A form that was refused is shown with what was typed: nothing of it is saved.
const unsaved = (form) => form.method === "post" && form !== sent
  && (form.querySelector("[aria-invalid]") !== null || [...form.elements].some(changed));

function note() {
  const any = [...document.forms].some(unsaved);
  document.documentElement.toggleAttribute("data-unsaved", any);
  return any;
}

addEventListener("input", note);
addEventListener("submit", (event) => { if (!event.defaultPrevented) sent = event.target; });
addEventListener("pageshow", () => { sent = null; note(); });
addEventListener("beforeunload", (event) => { if (note()) event.preventDefault(); });
