//! Intervals as PostgreSQL prints them.
//!
//! Must not know their location.

/// An interval of whole units as PostgreSQL prints it: `30 minutes` is `00:30:00`, `1 week` is `7 days`.
pub(in crate::dialect::expression) fn printed(content: &str) -> Option<String> {
    let words: Vec<&str> = content.split_whitespace().collect();
    let (mut months, mut days, mut seconds) = (0_u64, 0_u64, 0_u64);
    for pair in words.chunks(2) {
        let [count, unit] = pair else { return None };
        let count: u64 = count.parse::<u32>().ok()?.into();
        let unit = unit.to_ascii_lowercase();
        match unit.strip_suffix('s').unwrap_or(&unit) {
            "year" => months += count * 12,
            "month" | "mon" => months += count,
            "week" => days += count * 7,
            "day" => days += count,
            "hour" => seconds += count * 3600,
            "minute" | "min" => seconds += count * 60,
            "second" | "sec" => seconds += count,
            _ => return None,
        }
    }
    let mut parts = Vec::new();
    for (count, unit) in [(months / 12, "year"), (months % 12, "mon"), (days, "day")] {
        if count > 0 {
            parts.push(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }));
        }
    }
    if seconds > 0 || parts.is_empty() {
        parts.push(format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
    }
    Some(parts.join(" "))
}
