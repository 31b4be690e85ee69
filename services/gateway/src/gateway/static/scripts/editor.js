// The long texts of a letter are plain: paragraphs, and lists by a sign before each item. Two buttons make lists, and
// what is pasted from a word processor or a mail comes as such a text; what cannot come is said.
const BLOCKS = /^(ADDRESS|ARTICLE|ASIDE|BLOCKQUOTE|BODY|CENTER|DD|DIV|DL|DT|FIGURE|FOOTER|FORM|H[1-6]|HEADER|HR|MAIN|P|PRE|SECTION)$/;
const UNSEEN = /^(HEAD|LINK|META|SCRIPT|STYLE|TEMPLATE|TITLE|XML|NOSCRIPT)$/;
const PICTURES = /^(CANVAS|IMG|OBJECT|PICTURE|SVG|VIDEO|V:IMAGEDATA|V:SHAPE)$/;
const NUMBER = /^\(?(\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)]$/;

// Lines of a page as plain text: a blank line between paragraphs, none between the items of a list or rows of a table.
class Text {
  lines = [];
  line = "";
  said = new Set();
  // How many lines there were after an item of a list by styles: no blank line stands before the next.
  afterItem = -1;

  add(words) {
    this.line += /\s$/.test(this.line) || this.line === "" ? words.replace(/^ +/, "") : words;
  }

  end() {
    const line = this.line.replace(/[ \t]+$/, "");
    if (line) this.lines.push(line);
    this.line = "";
  }

  gap() {
    this.end();
    if (this.lines.length && this.lines.at(-1) !== "") this.lines.push("");
  }

  get whole() {
    this.end();
    return this.lines.join("\n").trimEnd();
  }
}

const style = (node) => node.getAttribute?.("style") ?? "";

// Of a list by styles, as word processors write it: the sign stands in the paragraph and the level in its style.
function styled(node) {
  const level = /mso-list:\s*\S+\s+level(\d)/.exec(style(node))?.[1];
  const sign = [...node.querySelectorAll("span")].find((span) => /mso-list:\s*ignore/i.test(style(span)));
  if (!level || !sign) return null;
  const typed = sign.textContent.replace(/[\s\u00a0]+/g, "");
  sign.remove();
  return "  ".repeat(level - 1) + (NUMBER.test(typed) ? typed : "•") + " ";
}

function walk(node, text, depth = 0) {
  if (node.nodeType === Node.TEXT_NODE) return text.add(node.data.replace(/[\s\u00a0]+/g, " "));
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  const name = node.nodeName.toUpperCase(), inside = () => node.childNodes.forEach((one) => walk(one, text, depth));
  if (UNSEEN.test(name) || /mso-hide:\s*all|display:\s*none/i.test(style(node))) return;
  if (PICTURES.test(name)) return text.said.add("picture");
  if (/mso-tab-count/.test(style(node))) { text.line += "\t"; return; }
  if (name === "BR") return text.line ? text.end() : text.gap();
  if (name === "TABLE") return table(node, text);
  if (name === "UL" || name === "OL") return list(node, text, depth);
  if (name === "A") return link(node, text, inside);
  const item = name === "P" || name === "DIV" ? styled(node) : null;
  if (item) {
    text.end();
    if (text.lines.length === text.afterItem) text.lines.pop();
    text.line = item;
    inside();
    text.gap();
    text.afterItem = text.lines.length;
    return;
  }
  if (!BLOCKS.test(name)) return inside();
  // A mail has a division for each line, and an empty one between paragraphs.
  const part = name === "DIV" ? "end" : "gap";
  text[part]();
  inside();
  text[part]();
}

function list(node, text, depth) {
  if (depth) text.end(); else text.gap();
  let number = node.start ?? 1;
  const letters = { a: 97, A: 65 }[node.getAttribute("type")];
  for (const item of node.children) {
    if (/^[UO]L$/.test(item.nodeName)) { list(item, text, depth + 1); continue; }
    const sign = node.nodeName === "UL" ? "•" : `${letters ? String.fromCharCode(letters + number++ - 1) : number++}.`;
    text.end();
    text.line = `${"  ".repeat(depth)}${sign} `;
    for (const one of item.childNodes) {
      // A paragraph inside an item is the item.
      if (/^(P|DIV)$/.test(one.nodeName)) one.childNodes.forEach((part) => walk(part, text, depth + 1));
      else walk(one, text, depth + 1);
    }
    text.end();
  }
  if (!depth) text.gap();
}

function table(node, text) {
  text.gap();
  for (const row of node.rows) {
    const cells = [...row.cells].map((cell) => {
      const inside = new Text();
      walk({ nodeType: Node.ELEMENT_NODE, nodeName: "SPAN", childNodes: cell.childNodes }, inside);
      inside.said.forEach((one) => text.said.add(one));
      return inside.whole.replace(/\n+/g, " ");
    });
    text.line = cells.join("\t");
    text.end();
  }
  // A table of one cell is a frame around a text.
  if (node.rows.length > 1 || (node.rows[0]?.cells.length ?? 0) > 1) text.said.add("table");
  text.gap();
}

function link(node, text, inside) {
  inside();
  const to = node.getAttribute("href") ?? "", shown = node.textContent.trim();
  if (shown && /^https?:/i.test(to) && !to.replace(/\/$/, "").endsWith(shown.replace(/\/$/, ""))) text.add(` (${to})`);
}

function insert(field, words) {
  field.focus();
  // So that it can be undone like what was typed.
  if (!document.execCommand("insertText", false, words)) {
    field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function say(tools, said) {
  tools.querySelectorAll("[data-when]").forEach((one) => { one.hidden = !said.has(one.dataset.when); });
}

function paste(event, tools) {
  const { clipboardData: given } = event, html = given.getData("text/html");
  const text = new Text();
  if (html) walk(new DOMParser().parseFromString(html, "text/html").body, text);
  else if ([...given.files].some((file) => file.type.startsWith("image/"))) text.said.add("picture");
  say(tools, text.said);
  if (!html && !text.said.size) return;
  event.preventDefault();
  if (text.whole) insert(event.target, text.whole);
}

// Makes the lines that are chosen items of a list, or lines again if they all are.
function toggle(field, numbered) {
  const begin = field.value.slice(0, field.selectionStart).lastIndexOf("\n") + 1;
  const after = field.value.indexOf("\n", Math.max(field.selectionEnd - (field.selectionEnd > begin ? 1 : 0), begin));
  const end = after < 0 ? field.value.length : after;
  const lines = field.value.slice(begin, end).split("\n");
  const sign = numbered ? /^\d{1,3}[.)] +/ : /^[-–*•] +/, any = /^(\d{1,3}[.)]|[-–*•]) +/;
  const full = lines.filter((line) => line.trim() || lines.length === 1);
  const are = full.every((line) => sign.test(line));
  let number = 0;
  const made = lines.map((line) => {
    if (!line.trim() && lines.length > 1) return line;
    const plain = line.replace(any, "");
    return are ? plain : `${numbered ? `${++number}.` : "•"} ${plain}`;
  }).join("\n");
  field.setSelectionRange(begin, end);
  field.focus();
  insert(field, made);
  field.setSelectionRange(lines.length > 1 ? begin : begin + made.length, begin + made.length);
}

for (const tools of document.querySelectorAll("[data-tools]")) {
  const field = document.getElementById(tools.dataset.tools);
  tools.hidden = false;
  field.addEventListener("paste", (event) => paste(event, tools));
  tools.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button) toggle(field, button.value === "numbers");
  });
}
