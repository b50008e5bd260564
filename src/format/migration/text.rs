//! The text of a migration file.
//!
//! Must not know how it is parsed, only that parsing gives the same migration.

use crate::{Product, Role, Statement, sql};

use super::{
    BATCHES, BEGIN, CHECK, END, Migration, NO_TRANSACTION, REPEATABLE, STEP, Section, UNWRITTEN_DOWN, UNWRITTEN_UP,
    contract, mark, parse, restate,
};

/// The text of a migration's file: the same for the same migration, and read back as the same migration. Only control
/// characters in notes are lost.
pub fn text(migration: &Migration) -> String {
    let Migration { id, product, up, down, .. } = migration;
    let mut text = format!("-- {} ({})\n", id.title(), product.key());
    if let Some(line) = restate::line(&migration.heading()) {
        text.push_str(&format!("{line}\n"));
    }
    text.push_str("-- written by gen; after editing it, `gen lock` seals it anew\n");
    if let Some(expand) = &migration.contracts {
        text.push_str(&format!("{}\n", contract::line(expand)));
    }
    migration.merged.lines().for_each(|line| text.push_str(&format!("{line}\n")));
    text.push_str("\n-- UP\n\n");
    section(*product, up, UNWRITTEN_UP, &mut text);
    text.push_str("-- DOWN\n\n");
    section(*product, down, UNWRITTEN_DOWN, &mut text);
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// The comment above a section that does not run in one transaction.
const MANY_TRANSACTIONS: &str = "-- not one transaction: where a statement runs outside of any, or a step begins, what stands above\n\
                                 -- is committed first, and stays if a later one fails\n\n";

fn section(product: Product, statements: &[Statement], placeholder: &str, text: &mut String) {
    if statements.is_empty() {
        text.push_str(&format!("-- {placeholder}\n\n"));
    }
    let is_cut = statements.iter().any(|it| !it.transactional) || statements.iter().skip(1).any(|it| it.step.is_some());
    if is_cut && statements.len() > 1 {
        text.push_str(MANY_TRANSACTIONS);
    }
    let mut is_plain_mode = true;
    for statement in statements {
        let end = if matches!(statement.role, Role::Rust { .. }) { "" } else { ";" };
        let plain = block(statement, &format!("{}{end}\n", statement.sql));
        let mode = sql::mode_of(product, &statement.sql);
        // By another `sql_mode` a statement would be cut by other rules.
        let is_function = matches!(statement.role, Role::Rust { .. });
        text.push_str(&if is_function || (is_plain_mode || mode.is_some()) && reads_back(product, statement, &plain) {
            plain
        } else {
            block(statement, &fenced(statement))
        });
        is_plain_mode = mode.map_or(is_plain_mode, |mode| mode.is_none());
    }
}

fn block(statement: &Statement, body: &str) -> String {
    let mut block = String::new();
    if let Some(name) = &statement.step {
        block.push_str(format!("-- {STEP} {}", one_line(name)).trim_end());
        block.push_str("\n\n");
    }
    if let Some(note) = &statement.note {
        for line in note.split('\n') {
            let line = one_line(line);
            let bar = mark::needs_bar(&line);
            block.push_str(if bar {
                "-- | "
            } else if line.is_empty() {
                "--"
            } else {
                "-- "
            });
            block.push_str(&line);
            block.push('\n');
        }
    }
    match &statement.role {
        Role::Check(message) => block.push_str(&format!("-- gen: {CHECK} {}\n", one_line(message))),
        Role::Batches => block.push_str(&format!("-- gen: {BATCHES}\n")),
        Role::BatchesBy(key) => block.push_str(&format!("-- gen: {BATCHES} by {}\n", one_line(key))),
        Role::Change if !statement.transactional => block.push_str(&format!("-- gen: {NO_TRANSACTION}\n")),
        Role::Change | Role::Rust { .. } => {}
    }
    if statement.repeatable {
        block.push_str(&format!("-- gen: {REPEATABLE}\n"));
    }
    block.push_str(body);
    block.push('\n');
    block
}

fn one_line(text: &str) -> String {
    let breaks = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    text.chars().map(|letter| if breaks(letter) { ' ' } else { letter }).collect()
}

/// Whether the plain form of a statement is read as this statement and does not swallow the next one.
fn reads_back(product: Product, statement: &Statement, plain: &str) -> bool {
    let next = Statement::new("next");
    let text = format!("-- UP\n{plain}next;\n-- DOWN\nnext;\n");
    let sections = parse::sections(product, &text).ok();
    sections.is_some_and(|sections| {
        let up = sections.iter().filter(|(section, ..)| *section == Section::Up).map(|(_, statement, _)| statement);
        let down = sections.iter().filter(|(section, ..)| *section == Section::Down).map(|(_, statement, _)| statement);
        let same = |found: &Statement| {
            let how =
                |it: &Statement| (it.transactional, it.repeatable, std::mem::discriminant(&it.role), it.step.is_some());
            found.sql == statement.sql && how(found) == how(statement)
        };
        matches!(up.collect::<Vec<_>>().as_slice(), [first, second] if same(first) && second.sql == next.sql)
            && down.eq([&next])
    })
}

/// The statement between markers, if semicolons do not delimit it.
fn fenced(statement: &Statement) -> String {
    let tagged = |word: &str, tag: usize| match tag {
        0 => format!("-- gen: {word}"),
        _ => format!("-- gen: {word} {tag}"),
    };
    let tag = (0..).find(|tag| !statement.sql.contains(&tagged(END, *tag))).unwrap_or_default();
    format!("{}\n{}\n{}\n", tagged(BEGIN, tag), statement.sql, tagged(END, tag))
}
