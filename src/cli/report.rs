//! Prints errors and diagnostics of the entity reader.
//!
//! Must not know remedies: errors have hints.

use std::borrow::Cow;
use std::ops::Range;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report};
use sea_gen_runner::Error;

use crate::entity::{Diagnostic, Severity, SourceFile};

pub(super) use crate::workflow::Failure;
use crate::workflow::text::with_reasons;

use super::paint::{self, Ink};
use super::{log_format, suggestion};

/// Prints clap's usage errors without database URLs: a misplaced URL may contain a password.
pub(super) fn misuse(error: &clap::Error, arguments: impl Iterator<Item = String>) {
    let mut text =
        if paint::stderr_is_coloured() { error.render().ansi().to_string() } else { error.render().to_string() };
    for argument in arguments {
        // The part before `=` is an option's name.
        let value = argument.split_once('=').map_or(argument.as_str(), |(option, value)| {
            if option.contains("://") { argument.as_str() } else { value }
        });
        if let Some((scheme, _)) = value.split_once("://") {
            text = text.replace(value, &format!("{scheme}://…"));
        }
    }
    paint::painted(text.trim_end());
}

/// Command names of other tools, and the corresponding ones here.
pub(super) fn habit(arguments: &[String]) -> Option<String> {
    let mut words = arguments.iter().map(String::as_str).filter(|word| !word.starts_with('-'));
    let (first, second) = (words.next()?, words.next());
    let command = match (first, second?) {
        ("migrate" | "migration" | "migrations", "up" | "run" | "deploy" | "apply" | "latest") => "gen up",
        ("migrate" | "migration" | "migrations", "down" | "rollback" | "revert" | "undo") => "gen down",
        ("migrate" | "migration" | "migrations", "status" | "list" | "show") => "gen status",
        ("migrate" | "migration" | "migrations", "fresh") => "gen fresh",
        ("migrate" | "migration" | "migrations", "reset") => "gen reset",
        ("migrate" | "migration" | "migrations", "refresh" | "redo") => "gen redo",
        ("migrate" | "migration" | "migrations", "init") => "gen init",
        ("migrate" | "migration" | "migrations", "generate" | "create" | "add" | "new" | "make" | "dev") => {
            "gen migration <Name>"
        }
        ("generate", "migration") => "gen migration <Name>",
        ("generate", "entity" | "entities") => "sea-orm-cli generate entity",
        _ => return None,
    };
    Some(command.to_owned())
}

/// Prints the error of a failed command.
pub(super) fn failure(failure: &Failure) {
    match failure {
        Failure::Error(error) => show_error(error),
        Failure::Unanswered(document, error) => {
            paint::exact(&format!("{document}\n"));
            show_error(error);
        }
        Failure::Entities(diagnostics, files) => {
            show_diagnostics(diagnostics, files);
            let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
            let plural = if errors == 1 { "" } else { "s" };
            paint::talk(format!(
                "{}: the entities have {errors} error{plural}; nothing was written",
                paint::ink_talk(Ink::Red, "error")
            ));
        }
    }
}

fn show_error(error: &Error) {
    let mut lines = with_reasons(error).into_iter();
    let what = lines.next().unwrap_or_default();
    if log_format::is_json() {
        let hints: Vec<_> = error.hints().iter().map(|hint| suggestion::completed(hint)).collect();
        return log_format::error(&suggestion::completed(&what), &lines.collect::<Vec<_>>(), &hints);
    }
    paint::talk(format!("{}: {what}", paint::ink_talk(Ink::Red, "error")));
    lines.for_each(|line| paint::talk(format!("  {line}")));
    if !error.hints().is_empty() {
        paint::talk("");
    }
    for hint in error.hints() {
        paint::talk(format!("{}: {hint}", paint::ink_talk(Ink::Green, "hint")));
    }
}

/// Prints the diagnostics of the entity reader, each with its source line.
pub(super) fn show_diagnostics(diagnostics: &[Diagnostic], files: &[SourceFile]) {
    let theme = if paint::stderr_is_coloured() { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(100);
    for diagnostic in diagnostics {
        let mut text = String::new();
        let report = report_of(diagnostic, files);
        if handler.render_report(&mut text, report.as_ref()).is_err() {
            text = paint::line(&format!("{}: {}", diagnostic.file.display(), diagnostic.message));
        }
        paint::painted(text.trim_end());
    }
}

fn report_of(diagnostic: &Diagnostic, files: &[SourceFile]) -> Report {
    let text = files.iter().find(|file| file.path == diagnostic.file).map_or("", |file| file.text.as_str());
    let (text, span) = around(text, diagnostic.span.clone());
    let mut shown = MietteDiagnostic::new(paint::source(&diagnostic.message))
        .with_severity(match diagnostic.severity {
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
        .with_label(LabeledSpan::at(span, paint::source(&diagnostic.label)));
    if let Some(hint) = &diagnostic.hint {
        shown = shown.with_help(paint::source(&suggestion::completed(hint)));
    }
    let name = paint::line(&diagnostic.file.display().to_string());
    Report::new(shown).with_source_code(NamedSource::new(name, paint::source(&text)))
}

/// The maximum length of a line that is shown whole, in characters.
const LONG: usize = 600;

/// The number of characters of a longer line shown before and after the error.
const BEFORE: usize = 80;
const AFTER: usize = 160;

/// The text and the position in it; a very long line is cut to the surroundings of the position.
fn around(text: &str, span: Range<usize>) -> (Cow<'_, str>, Range<usize>) {
    let start_of = |at: usize| text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let end_of = |at: usize| text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| at + end);
    // The lines before and after are shown as well.
    let from = start_of(start_of(span.start).saturating_sub(1));
    let to = end_of((end_of(span.end) + 1).min(text.len()));
    if text.get(from..to).is_none_or(|lines| lines.split('\n').all(|line| line.len() <= LONG)) {
        return (Cow::Borrowed(text), span);
    }
    let (begin, end) = (start_of(span.start), end_of(span.start));
    let left = text.floor_char_boundary(span.start.saturating_sub(BEFORE)).max(begin);
    let right = text.floor_char_boundary((span.start + AFTER).min(end)).max(span.start);
    let (cut, rest) = (if left > begin { "…" } else { "" }, if right < end { "…" } else { "" });
    let above = "\n".repeat(text.get(..begin).unwrap_or_default().matches('\n').count());
    let shown = text.get(left..right).unwrap_or_default();
    let start = above.len() + cut.len() + span.start - left;
    let length = span.end.min(right).saturating_sub(span.start);
    (Cow::Owned(format!("{above}{cut}{shown}{rest}")), start..start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_shown_around_the_place() {
        let text = format!("a\n{}é!{}\nb", "x".repeat(5_000), "y".repeat(5_000));
        let at = text.find('!').unwrap_or_default();
        let (shown, span) = around(&text, at..at + 1);
        assert_eq!(shown.get(span.clone()), Some("!"));
        assert!(shown.len() < 300 && shown.starts_with("\n…x"), "{shown}");
        let (whole, _) = around(&text, at..text.len());
        assert!(whole.len() < 300, "{whole}");
        let short = "a\nb!\nc";
        assert_eq!(around(short, 3..4), (Cow::Borrowed(short), 3..4));
        assert_eq!(around("", 0..0), (Cow::Borrowed(""), 0..0));
    }
}
