//! Takes foreign keys out of `CREATE TABLE`, as SeaORM writes it for PostgreSQL, so that they can be added later.
//!
//! Must not change anything else of the statement: it is cut at its commas and put together again.

/// The statement without foreign keys, and the statements that add them.
pub(super) fn apart(statement: &str) -> (String, Vec<String>) {
    let whole = || (statement.to_owned(), Vec::new());
    let Some(rest) = statement.strip_prefix("CREATE TABLE ") else { return whole() };
    let Some((name, body, end)) = body(rest) else { return whole() };
    let (keys, kept): (Vec<&str>, Vec<&str>) = parts(body).into_iter().partition(|part| is_foreign_key(part));
    if keys.is_empty() {
        return whole();
    }
    let table = format!("CREATE TABLE {name}({}){end}", kept.join(","));
    (table, keys.iter().map(|key| format!("ALTER TABLE {} ADD {}", name.trim(), key.trim())).collect())
}

fn is_foreign_key(part: &str) -> bool {
    let part = part.trim_start();
    let unnamed = match part.strip_prefix("CONSTRAINT ") {
        Some(named) => Depths::of(named).find(|(_, character, at)| *character == ' ' && at.quote.is_none()),
        None => return part.starts_with("FOREIGN KEY"),
    };
    let after = unnamed.and_then(|(at, _, _)| part.get("CONSTRAINT ".len() + at + 1..));
    after.is_some_and(|after| after.starts_with("FOREIGN KEY"))
}

/// The text before the first parenthesis, what it encloses, and the text after.
fn body(text: &str) -> Option<(&str, &str, &str)> {
    let mut inside = Depths::of(text).skip_while(|(_, _, at)| at.depth == 0);
    let (open, _, _) = inside.next()?;
    let (close, _, _) = inside.find(|(_, _, at)| at.depth == 0)?;
    Some((text.get(..open)?, text.get(open + 1..close)?, text.get(close + 1..)?))
}

/// The parts between commas that stand in no parentheses and no quotes.
fn parts(text: &str) -> Vec<&str> {
    let commas = Depths::of(text).filter(|(_, character, at)| *character == ',' && at.depth == 0 && at.quote.is_none());
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _, _) in commas {
        parts.extend(text.get(start..at));
        start = at + 1;
    }
    parts.extend(text.get(start..));
    parts
}

/// How deep in parentheses and in which quotes a character stands.
#[derive(Clone, Copy, Default)]
struct At {
    depth: usize,
    quote: Option<char>,
}

/// Each character with its byte and how deep it stands; a parenthesis stands at the depth it leads to.
struct Depths<'a> {
    characters: std::iter::Peekable<std::str::CharIndices<'a>>,
    at: At,
    before: char,
    escapes: bool,
    escaped: bool,
}

impl<'a> Depths<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            characters: text.char_indices().peekable(),
            at: At::default(),
            before: ' ',
            escapes: false,
            escaped: false,
        }
    }
}

impl Iterator for Depths<'_> {
    type Item = (usize, char, At);

    fn next(&mut self) -> Option<Self::Item> {
        let (place, character) = self.characters.next()?;
        match (self.at.quote, character) {
            // A doubled quote closes and opens again, which comes to the same.
            (Some(quote), _) if character == quote && !self.escaped => self.at.quote = None,
            (Some(_), _) => self.escaped = self.escapes && character == '\\' && !self.escaped,
            (None, '\'' | '"') => {
                self.at.quote = Some(character);
                self.escapes = character == '\'' && self.before == 'E';
                self.escaped = false;
            }
            (None, '(') => self.at.depth += 1,
            (None, ')') => self.at.depth = self.at.depth.saturating_sub(1),
            (None, _) => {}
        }
        self.before = character;
        Some((place, character, self.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_keys_come_apart_and_nothing_else_changes() {
        let statement = "CREATE TABLE \"a (,\" ( \"id\" integer NOT NULL, \"b\" numeric(16, 4) DEFAULT E'it\\'s, (so', \
                         CONSTRAINT \"FOREIGN KEY , b\" UNIQUE (\"b\"), CONSTRAINT \"fk-a, b\" FOREIGN KEY (\"b\", \"id\") \
                         REFERENCES \"a (,\" (\"x\", \"y\") ON DELETE CASCADE )";
        let (table, keys) = apart(statement);
        assert_eq!(
            table,
            "CREATE TABLE \"a (,\" ( \"id\" integer NOT NULL, \"b\" numeric(16, 4) DEFAULT E'it\\'s, (so', \
             CONSTRAINT \"FOREIGN KEY , b\" UNIQUE (\"b\"))"
        );
        assert_eq!(
            keys,
            ["ALTER TABLE \"a (,\" ADD CONSTRAINT \"fk-a, b\" FOREIGN KEY (\"b\", \"id\") REFERENCES \"a (,\" \
              (\"x\", \"y\") ON DELETE CASCADE"]
        );
        for other in ["CREATE TYPE \"a\" AS ENUM ('b')", "CREATE TABLE \"a\" ( \"id\" integer )"] {
            assert_eq!(apart(other), (other.to_owned(), Vec::new()));
        }
    }
}
