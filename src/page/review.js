// The page of a review. Its text is in the page; the script draws the diagrams and switches between databases.

const review = JSON.parse(document.getElementById("data").textContent);
const sections = [...document.querySelectorAll("section.dialect")];
const holder = document.getElementById("dialects");
const NAMES = { added: "added", removed: "removed", altered: "changed", renamed: "renamed" };

function draw(section, picture) {
  const place = section.querySelector(".picture");
  if (!place || place.firstChild || !picture.tables.length) return;
  const tables = picture.tables.map((table) => ({
    ...table, href: table.mark ? "#" + section.dataset.dialect + "/" + encodeURIComponent(table.id) : null,
    label: `Table ${table.title}, ${table.mark ? NAMES[table.mark] : "unchanged"}`,
  }));
  const links = picture.links.map((link) => ({ ...link, label: `${link.from} (${link.fromField}) → ${link.to} (${link.toField})${link.mark ? ", " + NAMES[link.mark] : ""}` }));
  const made = diagram({ tables, links, height: "24rem",
    label: "Diagram of the changed tables and their neighbours. Arrow keys move it, plus and minus zoom, 0 shows all." });
  place.append(made);
  const svg = made.querySelector("svg"), box = svg.viewBox.baseVal;
  const high = Math.min(560, Math.max(220, box.height * Math.min(1.15, place.clientWidth / box.width) + 50));
  made.style.setProperty("--height", high + "px");
  if (picture.left) place.append(element("p", { class: "quiet" }, `${picture.left} more tables are not drawn.`));
}

function choose(key) {
  for (const section of sections) section.hidden = section.dataset.dialect !== key;
  for (const button of holder.children) button.setAttribute("aria-pressed", String(button.dataset.dialect === key));
  const index = sections.findIndex((section) => section.dataset.dialect === key);
  if (index >= 0) draw(sections[index], review[index].diagram);
}

/** Shows what an address leads to, where it is in a part for another database. */
function follow() {
  const key = location.hash.slice(1).split("/")[0];
  if (sections.some((section) => section.dataset.dialect === key)) choose(key);
  let name = location.hash.slice(1);
  try { name = decodeURIComponent(name); } catch { /* not an address of ours */ }
  const target = document.getElementById(name);
  target?.scrollIntoView();
  target?.querySelector("h3, h4")?.focus?.();
}

if (sections.length > 1) {
  holder.append(...sections.map((section) => element("button", { type: "button", "data-dialect": section.dataset.dialect,
    click: () => choose(section.dataset.dialect) }, section.dataset.name)));
}
choose(sections[0]?.dataset.dialect);
follow();
addEventListener("hashchange", follow);

// Everything is printed: all databases, and what is folded.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  folded.forEach((it) => { it.open = true; });
});
addEventListener("afterprint", () => folded.forEach((it) => { it.open = false; }));
