//! That SQL text is cut into tokens in one place, as far as source text shows it.
//!
//! Must not know how it is cut.

use syn::visit::Visit;

use super::{File, assert_none, files, sayings};

/// Quotes as SQL has them.
const QUOTES: [char; 3] = ['\'', '"', '`'];

/// Who reads no SQL text: Rust source and JSON have quotes of their own, and these two spell one token anew.
fn has_other_quotes(path: &str) -> bool {
    let is_rust = path.starts_with("entity/") && !path.starts_with("entity/sidecar");
    is_rust
        || path.starts_with("project/")
        || ["dialect/expression/spell.rs", "dialect/postgres/types.rs"].contains(&path)
        // HTML, Markdown and Mermaid.
        || path.starts_with("page/")
        // JSON.
        || ["dialect/rows/value.rs", "entity/sidecar/rows.rs"].contains(&path)
        // A command as a shell has it.
        || path == "cli/suggestion.rs"
}

/// Whether a function goes through a text and looks for quotes in it.
#[derive(Default)]
struct Scanner {
    goes_through: bool,
    looks_for_quotes: bool,
}

impl Scanner {
    fn is_quote(literal: &syn::Lit) -> bool {
        match literal {
            syn::Lit::Char(character) => QUOTES.contains(&character.value()),
            syn::Lit::Byte(byte) => QUOTES.contains(&char::from(byte.value())),
            _ => false,
        }
    }
}

impl<'ast> Visit<'ast> for Scanner {
    fn visit_pat(&mut self, pattern: &'ast syn::Pat) {
        if let syn::Pat::Lit(literal) = pattern {
            self.looks_for_quotes |= Self::is_quote(&literal.lit);
        }
        syn::visit::visit_pat(self, pattern);
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        for side in [&binary.left, &binary.right] {
            if let syn::Expr::Lit(literal) = side.as_ref() {
                self.looks_for_quotes |= Self::is_quote(&literal.lit);
            }
        }
        syn::visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let ways = ["chars", "char_indices", "bytes", "as_bytes"];
        self.goes_through |= ways.iter().any(|way| call.method == way);
        syn::visit::visit_expr_method_call(self, call);
    }
}

/// The functions of a file, by their names.
#[derive(Default)]
struct Functions<'ast>(Vec<(String, &'ast syn::Block)>);

impl<'ast> Visit<'ast> for Functions<'ast> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.0.push((function.sig.ident.to_string(), &function.block));
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.0.push((function.sig.ident.to_string(), &function.block));
        syn::visit::visit_impl_item_fn(self, function);
    }
}

#[apply(test)]
fn sql_text_is_cut_in_one_place() {
    let mut breaches = Vec::new();
    let files = files();
    for file in files.iter().filter(|it| !it.path.starts_with("format/sql/") && !has_other_quotes(&it.path)) {
        let mut functions = Functions::default();
        file.items.iter().for_each(|item| functions.visit_item(item));
        for (name, block) in functions.0 {
            let mut scanner = Scanner::default();
            scanner.visit_block(block);
            if scanner.goes_through && scanner.looks_for_quotes {
                breaches.push(format!("{}: {name}", file.path));
            }
        }
    }
    assert_none("only `sql` goes through SQL text and looks for quotes", breaches);
    let tokenizes = |file: &File| file.path != "entity/sidecar/statement.rs";
    sayings("only the parser of SQL beside the entities is given tokens", &["Tokenizer"], tokenizes);
}
