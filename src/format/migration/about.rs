//! Why a migration was written, by whom and when: comment lines in the header of its file.
//!
//! Must not know what the migration does. None of it is part of the checksum.

use super::parse::{ends_header, unmarked};
use super::restate::states;

/// Why a migration was written, by whom and when, as far as its file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The reason; may have several lines.
    pub message: Option<String>,
    /// The author.
    pub author: Option<String>,
    /// The day, `2026-11-30`.
    pub date: Option<String>,
}

const MESSAGE: &str = "message";
const AUTHOR: &str = "author";
const DATE: &str = "date";

impl About {
    /// What the header of a migration file says.
    pub fn read(text: &str) -> Self {
        let (mut about, mut message) = (Self::default(), Vec::new());
        for line in unmarked(text).lines().take_while(|line| !ends_header(line)) {
            match said(line) {
                Some((MESSAGE, text)) => message.push(text),
                Some((AUTHOR, text)) => about.author = Some(text.to_owned()),
                Some((DATE, text)) => about.date = Some(text.to_owned()),
                Some(_) | None => {}
            }
        }
        about.message = (!message.is_empty()).then(|| message.join("\n"));
        about
    }

    /// The text of a migration file with this in its header, and nothing else of the kind.
    pub fn written_into(&self, text: &str) -> String {
        let rest = unmarked(text);
        let lines: Vec<&str> = rest.split_inclusive('\n').collect();
        let header = lines.iter().take_while(|line| !ends_header(line)).count();
        let end = if lines.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
        let (header, body) = lines.split_at_checked(header).unwrap_or((&lines, &[]));
        let kept: Vec<&str> = header.iter().copied().filter(|line| said(line).is_none()).collect();
        // Below the name and the fingerprints.
        let place = kept.iter().skip(1).take_while(|line| states(line) != (None, None)).count() + kept.len().min(1);
        let (above, below) = kept.split_at_checked(place).unwrap_or((&kept, &[]));
        let message = self.message.iter().flat_map(|message| message.lines()).map(|line| (MESSAGE, line));
        let author = self.author.as_deref().map(|author| (AUTHOR, author));
        let date = self.date.as_deref().map(|date| (DATE, date));
        let own = message.chain(author).chain(date).filter(|(_, text)| !text.trim().is_empty());
        let own: String = own.map(|(key, text)| format!("-- {key}: {}{end}", one_line(text))).collect();
        let mark = text.get(..text.len() - rest.len()).unwrap_or_default();
        format!("{mark}{}{own}{}{}", above.concat(), below.concat(), body.concat())
    }
}

/// What a line of the header says of the kind.
fn said(line: &str) -> Option<(&'static str, &str)> {
    let (key, text) = line.strip_prefix("-- ")?.split_once(": ")?;
    let key = [MESSAGE, AUTHOR, DATE].into_iter().find(|known| *known == key)?;
    Some((key, text.trim()))
}

fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else_changes() {
        let about = About {
            message: Some("the login page looks users up\nby their address".to_owned()),
            author: Some("Ann".to_owned()),
            date: Some("2026-11-30".to_owned()),
        };
        for text in [
            "-- A (postgres)\n-- from 11111111 to 22222222\n-- written by gen\n\n-- UP\n\n-- message: no\nSELECT 1;\n\n-- DOWN\n",
            "\u{feff}-- A\r\n-- UP\r\nSELECT 1;\r\n",
            "-- UP\nSELECT 1;\n",
            "SELECT 1;",
            "",
        ] {
            let written = about.written_into(text);
            assert_eq!(About::read(&written), about, "{written}");
            assert_eq!(about.written_into(&written), written);
            assert_eq!(About::default().written_into(&written), text);
            assert_eq!(About::read(text), About::default(), "{text}");
        }
        assert!(
            about
                .written_into("-- A\n-- to 22222222\n-- b\n-- UP\n")
                .starts_with("-- A\n-- to 22222222\n-- message: the")
        );
    }
}
