//! `sea_gen_runner::embed!`: reads the migrations and the lock file of a package while it is compiled, and refuses to compile what
//! is not sealed. Use it from `sea-gen-runner`.
//!
//! Must not know how a migration is run.

use std::path::{Path, PathBuf};

use proc_macro::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use sea_gen_format::sealed::SealedMigrations;
use sea_gen_format::{Error, Product, Result};

/// The folder and the lock file, below the package that is compiled, where the caller names none.
const USUAL: [&str; 2] = ["migrations", "schema.lock.json"];

/// `embed_from!(PATH; "FOLDER", "LOCK")`: the expression that `sea_gen_runner::embed!` stands for. `PATH` is the path of the runner.
#[doc(hidden)]
#[proc_macro]
pub fn embed_from(input: TokenStream) -> TokenStream {
    let (runner, arguments) = at_semicolon(input);
    match embedded(&runner, arguments) {
        Ok(expression) => expression,
        Err(error) => refusal(&error),
    }
}

/// The tokens before and after the first semicolon.
fn at_semicolon(input: TokenStream) -> (TokenStream, TokenStream) {
    let mut tokens = input.into_iter();
    let is_semicolon = |token: &TokenTree| matches!(token, TokenTree::Punct(it) if it.as_char() == ';');
    let runner = tokens.by_ref().take_while(|token| !is_semicolon(token)).collect();
    (runner, tokens.collect())
}

fn embedded(runner: &TokenStream, arguments: TokenStream) -> Result<TokenStream> {
    let [folder, lock] = paths(arguments)?;
    let sealed = SealedMigrations::read(&folder, &lock)?;
    let mut files = TokenStream::new();
    for (product, id, path) in sealed.files(&folder) {
        let id = Literal::string(&id);
        let parts = [product_path(runner, product), TokenStream::from(TokenTree::Literal(id)), text_of(&path)?];
        files.extend([grouped(Delimiter::Parenthesis, separated(parts)), comma()]);
    }
    let list = [
        TokenStream::from(TokenTree::Punct(Punct::new('&', Spacing::Alone))),
        TokenStream::from(grouped(Delimiter::Bracket, files)),
    ];
    let arguments = separated([text_of(&lock)?, list.into_iter().collect()]);
    let mut call = member(runner, &["Migrations", "embedded"]);
    call.extend([grouped(Delimiter::Parenthesis, arguments)]);
    Ok(call)
}

/// The folder and the lock file as absolute paths: those that the caller names, from the folder of its `Cargo.toml`.
fn paths(arguments: TokenStream) -> Result<[PathBuf; 2]> {
    let given: Vec<String> = arguments
        .into_iter()
        .filter(|token| !matches!(token, TokenTree::Punct(it) if it.as_char() == ','))
        .map(|token| string(&token))
        .collect::<Result<_>>()?;
    let named: [&str; 2] = match given.as_slice() {
        [] => USUAL,
        [folder, lock] => [folder, lock],
        [_] | [_, _, _, ..] => return Err(usage()),
    };
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .ok_or_else(|| Error::new("the folder of the package is not known").hint("compile it with Cargo"))?;
    Ok(named.map(|it| Path::new(&package).join(it)))
}

fn usage() -> Error {
    Error::new("expected nothing, or the folder of migrations and the lock file")
        .hint("`embed!()` reads `migrations` and `schema.lock.json` of this package; others: `embed!(\"../migrations\", \"../schema.lock.json\")`")
}

/// The value of a string literal. The quotes and the two escapes of paths are all that is understood.
fn string(token: &TokenTree) -> Result<String> {
    let text = token.to_string();
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or_else(usage)?;
    Ok(inner.replace(r"\\", r"\").replace(r#"\""#, r#"""#))
}

/// `include_str!("PATH")`: the compiler reads the file, and compiles again when it changes.
fn text_of(path: &Path) -> Result<TokenStream> {
    let path = path.to_str().ok_or_else(|| Error::new(format!("`{}` is not UTF-8", path.display())))?;
    let argument = TokenTree::Literal(Literal::string(path)).into();
    Ok([ident("include_str"), punct('!'), grouped(Delimiter::Parenthesis, argument)].into_iter().collect())
}

fn product_path(runner: &TokenStream, product: Product) -> TokenStream {
    member(runner, &["Product", &format!("{product:?}")])
}

/// `RUNNER::A::B`.
fn member(runner: &TokenStream, names: &[&str]) -> TokenStream {
    let mut path = runner.clone();
    for name in names {
        path.extend([TokenTree::Punct(Punct::new(':', Spacing::Joint)), punct(':'), ident(name)]);
    }
    path
}

/// `compile_error!("…")` with the reason and the hints.
fn refusal(error: &Error) -> TokenStream {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(reason) = source {
        text.push_str(&format!(": {reason}"));
        source = reason.source();
    }
    for hint in error.hints() {
        text.push_str(&format!("\nhint: {hint}"));
    }
    let argument = TokenTree::Literal(Literal::string(&text)).into();
    [ident("compile_error"), punct('!'), grouped(Delimiter::Parenthesis, argument)].into_iter().collect()
}

fn separated(parts: impl IntoIterator<Item = TokenStream>) -> TokenStream {
    parts.into_iter().flat_map(|part| part.into_iter().chain([comma()])).collect()
}

fn comma() -> TokenTree {
    punct(',')
}

fn punct(character: char) -> TokenTree {
    TokenTree::Punct(Punct::new(character, Spacing::Alone))
}

fn ident(name: &str) -> TokenTree {
    TokenTree::Ident(Ident::new(name, Span::call_site()))
}

fn grouped(delimiter: Delimiter, inner: TokenStream) -> TokenTree {
    TokenTree::Group(Group::new(delimiter, inner))
}
