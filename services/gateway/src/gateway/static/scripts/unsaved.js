// Leaving a form that was changed asks first. What is sent is not lost, and neither is what was typed back as it was.
const changed = (field) =>
  field.type === "file" ? field.files.length > 0
  : field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
  : field.options ? [...field.options].some((option) => option.selected !== option.defaultSelected) && field.selectedIndex > 0
  : "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;
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
