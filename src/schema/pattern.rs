//! Patterns for names, as in command lines and configurations.
//!
//! Must not know the kinds of objects.

use std::str::Chars;

/// Whether a pattern matches the whole name: `*` matches any characters, `?` one, every other character itself.
pub fn matches(pattern: &str, name: &str) -> bool {
    let (mut wanted, mut letters) = (pattern.chars(), name.chars());
    // The pattern after the last `*`, and the position in the name at which it is tried next. Earlier `*` never need to
    // match more.
    let mut again: Option<(Chars<'_>, Chars<'_>)> = None;
    loop {
        match (wanted.next(), letters.clone().next()) {
            (None, None) => return true,
            (Some('*'), _) => again = Some((wanted.clone(), letters.clone())),
            (Some(one), Some(letter)) if one == '?' || one == letter => letters = after(letters),
            _ => {
                let Some((behind, from)) = again.take().filter(|(_, from)| !from.as_str().is_empty()) else {
                    return false;
                };
                let from = after(from);
                (wanted, letters) = (behind.clone(), from.clone());
                again = Some((behind, from));
            }
        }
    }
}

fn after(mut letters: Chars<'_>) -> Chars<'_> {
    letters.next();
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_the_whole_name() {
        for (pattern, name, fits) in [
            ("", "", true),
            ("*", "", true),
            ("a*", "a", true),
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("?", "é", true),
            ("?", "", false),
            ("b??k", "book", true),
            ("book", "Book", false),
            ("*é*", "café au lait", true),
            ("a*b*c", "aXbYbZc", true),
            ("*ab", "aab", true),
            ("*ab?", "abab", false),
            ("**", "", true),
            ("a**", "ab", true),
            ("*?", "", false),
            ("*a*a*a*a*a*a*a*a*a*a*a*a*b", &"a".repeat(10_000), false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}
