//! What a page puts into its frame, and what it escapes.

use super::html::{escaped, fill};

#[test]
fn what_is_put_in_is_not_looked_at_again() {
    assert_eq!(fill("<{{a}}>{{b}}{{c}}", &[("a", "{{b}}"), ("b", "x")]), "<{{b}}>x");
    assert_eq!(fill("{{a", &[("a", "x")]), "{{a");
}

#[test]
fn text_is_no_markup() {
    assert_eq!(escaped("<a href=\"x\">'&"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
}
