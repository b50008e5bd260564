//! The frame of an HTML page: one file with its style, its data and its scripts.
//!
//! Must not know what a page is about.

const FRAME: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
/// What every script of a page uses: elements, and diagrams of tables.
const DIAGRAM: &str = include_str!("diagram.js");

/// The parts of a page.
pub(super) struct Page<'a> {
    pub(super) title: &'a str,
    /// The kind of the page, for its style.
    pub(super) kind: &'static str,
    /// Markup; every text in it is escaped already.
    pub(super) body: &'a str,
    /// JSON.
    pub(super) data: &'a str,
    pub(super) script: &'static str,
}

/// The text of a page.
pub(super) fn page(page: &Page<'_>) -> String {
    let title = escaped(page.title);
    let data = page.data.replace('<', "\\u003c");
    fill(
        FRAME,
        &[
            ("title", &title),
            ("style", STYLE),
            ("kind", page.kind),
            ("body", page.body),
            ("data", &data),
            ("diagram", DIAGRAM),
            ("script", page.script),
        ],
    )
}

/// Replaces each `{{name}}` of a template. What is put in is not looked at again.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len() + values.iter().map(|(_, value)| value.len()).sum::<usize>());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else { break };
        text.push_str(before);
        text.extend(values.iter().find(|(key, _)| *key == name).map(|(_, value)| *value));
        rest = after;
    }
    text.push_str(rest);
    text
}

/// A text as the content of an element, or of an attribute between double quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            it => escaped.push(it),
        }
    }
    escaped
}
