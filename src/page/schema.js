// The page of a schema: what the address names is made from the data when it is asked for.
//
// Addresses: `#` the overview, `#book` a table, `#book/title` a column of it, `#/diagram`, `#/diagram/book`, `#/view/NAME`,
// `#/enum/NAME`, `#/other/NUMBER`. A name never has a slash in an address: it is written as `%2F`.

const data = JSON.parse(document.getElementById("data").textContent);
const texts = data.texts;
const NULLABLE = 1, PRIMARY = 2, ONCE = 1, OPTIONAL = 2;
const ORIGINS = ["entity", "SQL file", "adopted"];
const byId = (id) => document.getElementById(id);
const content = byId("content"), list = byId("list"), search = byId("search"), found = byId("found");

const text = (index) => texts[index || 0];
const all = (indexes) => (indexes || []).map(text);
const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : noun.endsWith("x") ? "es" : "s"}`;
const address = (name, field) => "#" + encodeURIComponent(name) + (field ? "/" + encodeURIComponent(field) : "");

// The rows of the data, with the fields in the order in which they are written.
const head = (row) => ({ name: text(row[0]), comment: text(row[1]), file: text(row[2]), line: row[3] || 0, origin: row[4] || 0 });
const columnOf = (row) => ({
  name: text(row[0]), type: text(row[1]), nullable: Boolean(row[2] & NULLABLE), primary: Boolean(row[2] & PRIMARY), line: row[3] || 0,
  initial: text(row[4]), made: text(row[5]), identity: text(row[6]), generated: text(row[7]), comment: text(row[8]),
  further: text(row[9]), file: text(row[10]), origin: row[11] || 0,
});
const keyOf = (row) => ({
  name: text(row[0]), columns: all(row[1]), to: text(row[2]), referred: all(row[3]), further: text(row[4]),
  once: Boolean(row[5] & ONCE), optional: Boolean(row[5] & OPTIONAL), origin: row[6] || 0,
});
const tableOf = (row) => ({
  ...head(row), log: all(row[5]), columns: (row[6] || []).map(columnOf), primary: all(row[7]),
  uniques: (row[8] || []).map((it) => ({ name: text(it[0]), columns: all(it[1]), further: text(it[2]), origin: it[3] || 0 })),
  keys: (row[9] || []).map(keyOf),
  checks: (row[10] || []).map((it) => ({ name: text(it[0]), text: text(it[1]), further: text(it[2]), origin: it[3] || 0 })),
  indexes: (row[11] || []).map((it) => ({
    name: text(it[0]), parts: text(it[1]), unique: Boolean(it[2]), further: text(it[3]), comment: text(it[4]), origin: it[5] || 0,
  })),
  triggers: (row[12] || []).map((it) => ({ name: text(it[0]), text: text(it[1]), origin: it[2] || 0 })),
  further: text(row[13]), rows: row[14] || 0,
});

/** What is looked up by name in the chosen database. */
function dialect(raw) {
  const tables = new Map(raw.tables.map((row) => [text(row[0]), row]));
  const referring = new Map();
  for (const row of raw.tables) {
    for (const key of row[9] || []) {
      const to = text(key[2]);
      if (!referring.has(to)) referring.set(to, []);
      referring.get(to).push({ from: text(row[0]), key: keyOf(key) });
    }
  }
  const read = new Map();
  for (const row of raw.views) {
    for (const name of all(row[7])) {
      if (!read.has(name)) read.set(name, []);
      read.get(name).push(text(row[0]));
    }
  }
  return { raw, name: raw.name, tables, referring, read, views: new Map(raw.views.map((row) => [text(row[0]), row])) };
}
const dialects = data.dialects.map(dialect);
let chosen = dialects[0] || dialect({ name: "", tables: [], views: [], enums: [], others: [] });
let compares = false;

// --- Parts of the content

const source = (file, line, origin) =>
  file ? element("span", null, element("code", null, `${file}:${line}`), origin === 1 ? " (SQL)" : "") : ORIGINS[origin];
const adopted = (origin) => (origin === 2 ? [" ", element("span", { class: "tag", title: "No entity and no SQL file declares it: it is kept" }, "adopted")] : null);
const code = (words) => (words ? element("code", null, words) : null);
const tableLink = (name) => (chosen.tables.has(name) ? element("a", { href: address(name) }, name)
  : chosen.views.has(name) ? element("a", { href: "#/view/" + encodeURIComponent(name) }, name) : name);
const joined = (parts, mark) => parts.flatMap((part, index) => (index ? [mark, part] : [part]));

function meta(entries) {
  const shown = entries.filter(([, value]) => value && (!Array.isArray(value) || value.length));
  return element("dl", { class: "meta" }, shown.map(([name, value]) => element("div", null, element("dt", null, name), element("dd", null, value))));
}

function facts(title, id, rows) {
  if (!rows.length) return null;
  return element("section", { "aria-labelledby": id }, element("h2", { id }, title),
    element("div", { class: "scroll" }, element("table", { class: "facts" },
      element("tbody", null, rows.map((cells) => element("tr", null, cells.map((cell, index) =>
        element(index ? "td" : "th", index ? null : { scope: "row" }, cell))))))));
}

function columnsTable(table) {
  const others = compares ? dialects.map((it) => ({ name: it.name, table: it.tables.get(table.name) }))
    .map(({ name, table: row }) => ({ name, columns: new Map((row?.[6] || []).map((column) => [text(column[0]), text(column[1])])) })) : [];
  const types = compares ? others.map((it) => it.name) : ["Type"];
  const lines = table.columns.some((column) => column.line || column.made);
  const keys = new Map();
  for (const key of table.keys) for (const name of key.columns) keys.set(name, (keys.get(name) || []).concat(key.to));
  const row = (column) => {
    const remarks = [
      column.primary ? element("span", { class: "tag key" }, "primary key") : null,
      ...(keys.get(column.name) || []).map((to) => element("span", null, "→ ", tableLink(to))),
      column.identity, column.generated, column.further,
      column.origin === 2 && table.origin !== 2 ? adopted(2) : null,
    ].filter(Boolean);
    return element("tr", { id: "column/" + column.name, "data-column": column.name },
      element("th", { scope: "row" }, code(column.name)),
      compares ? others.map((it) => element("td", null, code(it.columns.get(column.name)))) : element("td", null, code(column.type)),
      element("td", { class: "null" }, column.nullable ? "null" : ""),
      element("td", { class: "initial" }, code(column.initial)),
      element("td", null, joined(remarks, " "), remarks.length && column.comment ? element("br") : null, column.comment),
      lines && element("td", { class: "null" }, column.line ? element("code", { title: `${column.file || table.file}:${column.line}` }, ":" + column.line) : "",
        column.made ? element("div", null, element("small", { title: "The migration that added the column" }, column.made)) : null));
  };
  return element("div", { class: "scroll" }, element("table", { class: "columns" },
    element("thead", null, element("tr", null, ["Column", ...types, "Null", "Default", "", ...(lines ? ["Line"] : [])].map((name) =>
      element("th", { scope: "col" }, name || element("span", { class: "unseen" }, "Remarks"))))),
    element("tbody", null, table.columns.map(row))));
}

/** A table of a diagram: all of its columns or the keys alone. */
function box(table, whole) {
  const refers = new Set(table.keys.flatMap((key) => key.columns));
  const shown = table.columns.filter((column) => whole || column.primary || refers.has(column.name)).slice(0, whole ? 24 : 12);
  return {
    id: table.name, title: table.name, href: address(table.name), left: table.columns.length - shown.length,
    label: `Table ${table.name}, ${count(table.columns.length, "column")}`,
    fields: shown.map((column) => ({ name: column.name, kind: column.type, key: column.primary || refers.has(column.name) })),
  };
}

const linksOf = (table) => table.keys.map((key) => ({
  from: table.name, to: key.to, fromField: key.columns[0], toField: key.referred[0], once: key.once, optional: key.optional,
  label: `${table.name} (${key.columns.join(", ")}) → ${key.to} (${key.referred.join(", ")})`,
}));

/** The names of the tables up to some links away from one. */
function around(name, distance) {
  const names = new Set([name]);
  let edge = [name];
  for (let step = 0; step < distance; step++) {
    const next = [];
    for (const from of edge) {
      const row = chosen.tables.get(from);
      const near = [...(row?.[9] || []).map((key) => text(key[2])), ...(chosen.referring.get(from) || []).map((it) => it.from)];
      for (const other of near) {
        if (names.has(other) || !chosen.tables.has(other)) continue;
        names.add(other);
        next.push(other);
      }
    }
    edge = next;
  }
  return names;
}

function picture(names, options) {
  const tables = [...names].map((name) => tableOf(chosen.tables.get(name)));
  const small = tables.length <= 40;
  const boxes = tables.map((table) => {
    const made = box(table, table.name === options.focus || tables.length <= 3);
    if (table.name === options.focus) made.focus = true;
    return small ? made : { ...made, fields: tables.length <= 150 ? made.fields.slice(0, 6) : [], left: 0 };
  });
  const links = tables.flatMap(linksOf).filter((link) => names.has(link.to));
  const label = options.focus ? `Diagram of ${options.focus} and the tables linked with it` : `Diagram of ${count(tables.length, "table")}`;
  return diagram({ tables: boxes, links, label: label + ". Arrow keys move it, plus and minus zoom, 0 shows all.", ...options });
}

// --- What an address shows

function overview() {
  const { raw } = chosen;
  const linked = raw.tables.reduce((sum, row) => sum + (row[9] || []).length, 0);
  const columns = raw.tables.reduce((sum, row) => sum + (row[6] || []).length, 0);
  const counts = [[raw.tables, "table"], [raw.views, "view"], [raw.enums, "enum type"]].filter(([rows]) => rows.length).map(([rows, noun]) => count(rows.length, noun));
  const undeclared = raw.tables.filter((row) => row[4] === 2).length;
  const body = element("tbody");
  const rowOf = (row) => element("tr", null,
    element("th", { scope: "row" }, element("a", { href: address(text(row[0])) }, text(row[0])), adopted(row[4])),
    element("td", { class: "quiet" }, text(row[1])),
    element("td", { class: "number" }, (row[6] || []).length),
    element("td", { class: "number" }, (row[9] || []).length || ""),
    element("td", { class: "number" }, (chosen.referring.get(text(row[0])) || []).length || ""));
  const show = (from, to) => body.append(...raw.tables.slice(from, to).map(rowOf));
  const FIRST = 250;
  show(0, FIRST);
  const more = raw.tables.length > FIRST && element("p", null, element("button", { class: "more", type: "button",
    click: (event) => { show(FIRST); event.target.parentNode.remove(); } }, `Show all ${count(raw.tables.length, "table")}`));
  return [data.title,
    element("h1", { tabindex: -1 }, data.title),
    element("p", { class: "lead" }, `${counts.join(", ") || "No tables"} in ${chosen.name}: ${count(columns, "column")}, ${count(linked, "foreign key")}.`,
      undeclared ? ` ${count(undeclared, "table")} ${undeclared === 1 ? "is" : "are"} adopted: no entity declares ${undeclared === 1 ? "it" : "them"}.` : ""),
    raw.tables.length > 1 && raw.tables.length <= 60 ? picture(new Set(chosen.tables.keys()), { height: "30rem",
      tools: element("a", { href: "#/diagram" }, "Enlarge") }) : null,
    raw.tables.length > 60 ? element("p", null, element("a", { href: "#/diagram" }, "Diagram of all tables")) : null,
    raw.tables.length ? element("section", { "aria-label": "Tables" }, element("h2", null, "Tables"), element("div", { class: "scroll" }, element("table", null,
      element("thead", null, element("tr", null, element("th", { scope: "col" }, "Table"), element("th", { scope: "col" }, "Comment"),
        ["Columns", "Refers to", "Referred by"].map((name) => element("th", { scope: "col", class: "number" }, name)))), body)), more) : null];
}

function tablePage(name) {
  const row = chosen.tables.get(name);
  if (!row) {
    const there = dialects.filter((it) => it.tables.has(name)).map((it) => it.name);
    return missing(`There is no table ${name} in ${chosen.name}.`, there.length ? `It is in ${there.join(", ")}.` : "");
  }
  const table = tableOf(row);
  const refers = chosen.referring.get(name) || [];
  const near = around(name, 1);
  return [name,
    element("h1", { tabindex: -1 }, name, adopted(table.origin)),
    table.comment ? element("p", { class: "lead" }, table.comment) : null,
    meta([
      ["Declared in", table.file ? source(table.file, table.line, table.origin) : table.origin === 2 || !chosen.raw.declared ? "" : ORIGINS[table.origin]],
      ["Created by", code(table.log[0])],
      ["Changed by", joined(table.log.slice(1).map(code), ", ")],
      ["Options", table.further],
      ["Reference rows", table.rows || ""],
      ["Read by", joined((chosen.read.get(name) || []).map(tableLink), ", ")],
    ]),
    element("section", { "aria-labelledby": "columns" },
      element("div", { class: "head" }, element("h2", { id: "columns" }, count(table.columns.length, "column")),
        dialects.length > 1 ? element("button", { class: "more", type: "button", "aria-pressed": String(compares),
          click: () => { compares = !compares; show(); } }, compares ? "One database" : "Compare databases") : null),
      columnsTable(table)),
    facts("References", "references", table.keys.map((key) => [code(key.columns.join(", ")),
      ["→ ", tableLink(key.to), " (", code(key.referred.join(", ")), ")"], key.further, [code(key.name), adopted(key.origin)]])),
    facts("Referred to by", "referred", refers.map(({ from, key }) => [[tableLink(from), " (", code(key.columns.join(", ")), ")"], "", key.further, code(key.name)])),
    facts("Indexes and unique keys", "indexes", [
      ...table.uniques.map((it) => [code(it.columns.join(", ")), "unique", it.further, [code(it.name), adopted(it.origin)]]),
      ...table.indexes.map((it) => [code(it.parts), it.unique ? "unique" : "", joined([it.further, it.comment].filter(Boolean), ", "), [code(it.name), adopted(it.origin)]])]),
    facts("Checks", "checks", table.checks.map((it) => [code(it.text), "", it.further, [code(it.name), adopted(it.origin)]])),
    table.triggers.length ? element("section", null, element("h2", null, "Triggers"), table.triggers.map((it) =>
      element("details", null, element("summary", null, code(it.name), adopted(it.origin)), element("pre", null, it.text)))) : null,
    near.size > 1 ? element("section", null, element("h2", null, "Neighbours"), picture(near, { focus: name, height: "24rem",
      tools: element("a", { href: "#/diagram/" + encodeURIComponent(name) }, "Enlarge") })) : null];
}

function diagramPage(name) {
  const focus = chosen.tables.has(name) ? name : "";
  const pick = element("select", { id: "focus", change: (event) => { location.hash = event.target.value ? "#/diagram/" + encodeURIComponent(event.target.value) : "#/diagram"; } },
    element("option", { value: "" }, "all tables"), [...chosen.tables.keys()].map((it) => element("option", { value: it, selected: it === focus }, it)));
  const near = element("select", { id: "distance", change: () => draw() },
    [1, 2, 3].map((it) => element("option", { value: it }, count(it, "link"))));
  const place = element("div");
  const draw = () => place.replaceChildren(
    picture(focus ? around(focus, Number(near.value)) : new Set(chosen.tables.keys()), { focus, height: "calc(100vh - 12rem)", wheel: true }));
  draw();
  return [focus ? `Diagram of ${focus}` : "Diagram",
    element("h1", { tabindex: -1 }, focus ? ["Diagram of ", element("a", { href: address(focus) }, focus)] : "Diagram"),
    element("div", { class: "filter" }, element("label", null, "Around ", pick), focus ? element("label", null, "up to ", near, " away") : null,
      element("span", { class: "quiet" }, "Drag to move, scroll to zoom.")),
    place];
}

function missing(title, hint) {
  return ["Not found", element("h1", { tabindex: -1 }, title), element("p", null, hint, " ", element("a", { href: "#" }, "All tables"))];
}

function viewPage(name) {
  const row = chosen.views.get(name);
  if (!row) return missing(`There is no view ${name} in ${chosen.name}.`, "");
  const view = head(row);
  return [name, element("h1", { tabindex: -1 }, name, adopted(view.origin)),
    view.comment ? element("p", { class: "lead" }, view.comment) : null,
    meta([["", row[6] ? "materialized view" : "view"], ["Declared in", view.file ? source(view.file, view.line, view.origin) : ""],
      ["Reads", joined(all(row[7]).map(tableLink), ", ")], ["Read by", joined((chosen.read.get(name) || []).map(tableLink), ", ")]]),
    element("pre", null, text(row[5]))];
}

function enumPage(name) {
  const row = chosen.raw.enums.find((it) => text(it[0]) === name);
  if (!row) return missing(`There is no enum type ${name} in ${chosen.name}.`, "");
  const type = head(row);
  const users = chosen.raw.tables.flatMap((it) => (it[6] || []).map(columnOf).filter((column) => column.type === name || column.type === name + "[]")
    .map((column) => [tableLink(text(it[0])), code(column.name), code(column.initial)]));
  return [name, element("h1", { tabindex: -1 }, name, adopted(type.origin)),
    type.comment ? element("p", { class: "lead" }, type.comment) : null,
    meta([["", "enum type"], ["Declared in", type.file ? source(type.file, type.line, type.origin) : ""]]),
    element("ul", { class: "values" }, all(row[5]).map((value) => element("li", null, value))),
    facts("Used by", "users", users)];
}

function otherPage(number) {
  const row = chosen.raw.others[Number(number)];
  if (!row) return missing("There is no such object.", "");
  const it = head(row);
  return [it.name, element("h1", { tabindex: -1 }, it.name, adopted(it.origin)), it.comment ? element("p", { class: "lead" }, it.comment) : null,
    meta([["", text(row[5])], ["Declared in", it.file ? source(it.file, it.line, it.origin) : ""]]), element("pre", null, text(row[6]))];
}

// --- Where we are

function place() {
  const parts = location.hash.slice(1).split("/").map((part) => {
    try { return decodeURIComponent(part); } catch { return part; }
  });
  return parts[0] === "" && parts.length > 1 ? { kind: parts[1], name: parts[2] || "" } : { kind: parts[0] ? "table" : "overview", name: parts[0], field: parts[1] };
}

const PAGES = { overview, table: tablePage, diagram: diagramPage, view: viewPage, enum: enumPage, other: otherPage };

function show() {
  const { kind, name, field } = place();
  const page = PAGES[kind] || (() => missing("There is no such page.", ""));
  const [title, ...parts] = page(name);
  document.title = title === data.title ? title : `${title} – ${data.title}`;
  content.className = kind === "diagram" ? "wide" : "";
  content.replaceChildren(...parts.flat(Infinity).filter(Boolean));
  for (const link of list.querySelectorAll("[aria-current]")) link.removeAttribute("aria-current");
  const here = list.querySelector(`[href="${CSS.escape ? location.hash.replace(/["\\]/g, "\\$&").split("/").slice(0, kind === "table" ? 1 : 3).join("/") : ""}"]`);
  here?.setAttribute("aria-current", "page");
  here?.scrollIntoView?.({ block: "nearest" });
  const row = field && [...content.querySelectorAll("[data-column]")].find((it) => it.dataset.column === field);
  row?.classList.add("marked");
  if (row) row.scrollIntoView({ block: "center" });
  else scrollTo(0, 0);
}

function go() {
  show();
  content.querySelector("h1")?.focus({ preventScroll: true });
}

// --- The list and the search

const entry = (href, name, note) => element("li", null, element("a", { href, title: note ? null : name }, name, note ? element("small", null, note) : null));
function group(title, entries) {
  return entries.length ? element("section", { "aria-label": title }, element("h2", null, title, element("span", null, entries.length.toLocaleString("en"))), element("ul", null, entries)) : null;
}

function listed() {
  const { raw } = chosen;
  found.textContent = "";
  list.replaceChildren(...[
    element("ul", null, entry("#", "Overview"), raw.tables.length ? entry("#/diagram", "Diagram") : null),
    group("Tables", raw.tables.map((row) => entry(address(text(row[0])), text(row[0])))),
    group("Views", raw.views.map((row) => entry("#/view/" + encodeURIComponent(text(row[0])), text(row[0])))),
    group("Enum types", raw.enums.map((row) => entry("#/enum/" + encodeURIComponent(text(row[0])), text(row[0])))),
    group("Others", raw.others.map((row, index) => entry("#/other/" + index, text(row[0]), text(row[5])))),
  ].filter(Boolean));
}

/** What contains all words of a question: names that begin with it first, then names, then columns and comments. */
function results(question) {
  const words = question.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (value) => words.every((word) => value.toLowerCase().includes(word));
  const best = [], good = [], fair = [];
  for (const row of chosen.raw.tables) {
    const name = text(row[0]);
    if (has(name)) {
      (name.toLowerCase().startsWith(words[0]) ? best : good).push(entry(address(name), name));
      continue;
    }
    const columns = (row[6] || []).filter((column) => has(text(column[0])) || has(`${name} ${text(column[0])}`) || (column[8] && has(text(column[8]))));
    for (const column of columns) fair.push(entry(address(name, text(column[0])), `${name}.${text(column[0])}`, text(column[8]) || text(column[1])));
    if (!columns.length && row[1] && has(text(row[1]))) fair.push(entry(address(name), name, text(row[1])));
  }
  for (const [kind, rows] of [["view", chosen.raw.views], ["enum", chosen.raw.enums]]) {
    for (const row of rows) {
      if (has(text(row[0])) || (kind === "enum" && all(row[5]).some(has))) good.push(entry(`#/${kind}/` + encodeURIComponent(text(row[0])), text(row[0]), kind === "view" ? "view" : "enum type"));
    }
  }
  return [...best, ...good, ...fair];
}

function look() {
  const question = search.value.trim();
  if (!question) {
    listed();
    return;
  }
  const hits = results(question), MOST = 200;
  found.textContent = hits.length ? count(hits.length, "result") + (hits.length > MOST ? `, the first ${MOST} are listed` : "") : "Nothing found";
  list.replaceChildren(element("ul", { "aria-label": "Results" }, hits.slice(0, MOST)));
}

let waiting = 0;
search.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, chosen.raw.tables.length > 1000 ? 90 : 0);
});

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const writes = event.target.matches?.("input, select, textarea");
  if (event.key === "/" && !writes) {
    event.preventDefault();
    search.focus();
    search.select();
    return;
  }
  if (event.key === "Escape" && (event.target === search || list.contains(event.target))) {
    search.value = "";
    look();
    content.focus({ preventScroll: true });
    return;
  }
  const inList = list.contains(event.target), inSearch = event.target === search;
  if (!inList && !inSearch) return;
  const links = [...list.querySelectorAll("a")];
  const at = links.indexOf(event.target);
  if (event.key === "Enter" && inSearch && links.length && search.value.trim()) {
    clearTimeout(waiting);
    look();
    const first = list.querySelector("a");
    if (first) location.hash = first.getAttribute("href");
    return;
  }
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: inList ? 0 : null, End: inList ? links.length - 1 : null }[event.key];
  if (next === undefined || next === null) return;
  event.preventDefault();
  if (next < 0) search.focus();
  else links[Math.min(next, links.length - 1)]?.focus();
});

function choices() {
  if (dialects.length < 2) return;
  byId("dialects").replaceChildren(...dialects.map((it) => element("button", { type: "button", "aria-pressed": String(it === chosen),
    click: () => { chosen = it; compares = false; choices(); look(); show(); } }, it.name)));
}

// The overview is printed with all tables, if they are not too many; any other page is printed as it is shown.
addEventListener("beforeprint", () => {
  if (place().kind !== "overview" || chosen.raw.tables.length > 300) return;
  content.append(...[...chosen.tables.keys()].map((name) => element("section", { class: "sheet" }, tablePage(name).slice(1).flat(Infinity).filter(Boolean))));
});
addEventListener("afterprint", () => content.querySelectorAll("section.sheet").forEach((it) => it.remove()));

byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  content.focus();
});
addEventListener("hashchange", go);
choices();
listed();
show();
