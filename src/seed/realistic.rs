//! Realistic texts and numbers, chosen by the name of a column.
//!
//! Must not know types or limits: the caller makes the value fit.

use fake::Fake;
use fake::faker::address::en::{
    BuildingNumber, CityName, CountryCode, CountryName, Latitude, Longitude, PostCode, SecondaryAddress, StateAbbr,
    StateName, StreetName, TimeZone,
};
use fake::faker::barcode::en::Isbn13;
use fake::faker::company::en::{CatchPhrase, CompanyName, Industry};
use fake::faker::filesystem::en::{FileName, FilePath, MimeType, Semver};
use fake::faker::internet::en::{IPv4, IPv6, MACAddress, UserAgent, Username};
use fake::faker::job::en::Title as JobTitle;
use fake::faker::lorem::en::{Paragraph, Sentence, Word, Words};
use fake::faker::name::en::{FirstName, LastName, Name as FullName};
use fake::faker::phone_number::en::PhoneNumber;

use super::chance::Chance;

/// Tables whose `name` is a person's.
const PEOPLE: &[&str] = &[
    "user",
    "users",
    "person",
    "persons",
    "people",
    "customer",
    "customers",
    "author",
    "authors",
    "employee",
    "employees",
    "member",
    "members",
    "contact",
    "contacts",
    "student",
    "students",
    "patient",
    "patients",
    "actor",
    "actors",
    "staff",
];

/// Tables whose `name` is a company's.
const COMPANIES: &[&str] = &[
    "company",
    "companies",
    "organization",
    "organizations",
    "organisation",
    "publisher",
    "publishers",
    "supplier",
    "suppliers",
    "vendor",
    "vendors",
    "brand",
    "brands",
    "tenant",
    "tenants",
    "store",
    "stores",
];

const CURRENCIES: &[&str] = &["EUR", "USD", "GBP", "CHF", "JPY", "SEK", "PLN", "INR"];
const LANGUAGES: &[&str] = &["en", "de", "fr", "es", "it", "pl", "ja", "pt"];
const LOCALES: &[&str] = &["en-US", "en-GB", "de-DE", "fr-FR", "es-ES", "ja-JP", "pt-BR"];
const GENDERS: &[&str] = &["female", "male", "other"];
const STATES: &[&str] = &["new", "active", "paused", "done", "archived"];

/// The words of a name: `shippingAddress_line1` is `shipping`, `address`, `line`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in name.chars() {
        if !letter.is_alphabetic() || (was_lower && letter.is_uppercase()) {
            words.push(String::new());
        }
        if letter.is_alphabetic()
            && let Some(last) = words.last_mut()
        {
            last.extend(letter.to_lowercase());
        }
        was_lower = letter.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a column of this name has the address of an image.
pub(super) fn is_image(column: &str) -> bool {
    let images = ["image", "photo", "picture", "avatar", "thumbnail", "cover", "logo", "banner", "icon"];
    words(column).iter().any(|word| images.contains(&word.as_str()))
}

/// The address of an image: below a base, in a cloud of Cloudinary, or at a public service.
pub(super) fn image(base: Option<&str>, chance: &mut Chance) -> String {
    let number = chance.below(10_000);
    let Some(base) = base else { return format!("https://picsum.photos/seed/{number}/640/480") };
    match base.strip_prefix("cloudinary:") {
        Some(cloud) => format!("https://res.cloudinary.com/{cloud}/image/upload/c_fill,w_640,h_480/{number}.jpg"),
        None if base.contains("{number}") => base.replace("{number}", &number.to_string()),
        None => format!("{}/{number}.jpg", base.trim_end_matches('/')),
    }
}

/// A text for a column of this name, of about `room` characters at most.
pub(super) fn text(table: &str, column: &str, room: Option<u32>, chance: &mut Chance) -> String {
    let words = words(column);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let last = words.last().map_or("", String::as_str);
    let is_short = room.is_some_and(|room| room <= 3);
    let number = chance.below(10_000);
    let picked = |list: &[&str], chance: &mut Chance| chance.one_of(list).copied().unwrap_or_default().to_owned();
    if has(&["email", "mail"]) {
        let (user, word): (String, String) =
            (Username().fake_with_rng(chance.source()), Word().fake_with_rng(chance.source()));
        format!("{}@{word}.example", user.to_lowercase())
    } else if has(&["url", "uri", "website", "link", "homepage", "href"]) {
        let (host, page): (String, String) =
            (Word().fake_with_rng(chance.source()), Word().fake_with_rng(chance.source()));
        format!("https://www.{host}.example/{page}")
    } else if has(&["phone", "mobile", "telephone", "fax", "tel"]) {
        PhoneNumber().fake_with_rng(chance.source())
    } else if has(&["firstname", "forename"]) || (has(&["first", "given", "middle"]) && last == "name") {
        FirstName().fake_with_rng(chance.source())
    } else if has(&["lastname", "surname"]) || (has(&["last", "family"]) && last == "name") {
        LastName().fake_with_rng(chance.source())
    } else if has(&["username", "login", "nickname", "handle", "nick"]) || (has(&["user"]) && last == "name") {
        Username().fake_with_rng(chance.source())
    } else if has(&["street"]) {
        let (number, street): (String, String) =
            (BuildingNumber().fake_with_rng(chance.source()), StreetName().fake_with_rng(chance.source()));
        format!("{number} {street}")
    } else if has(&["ip"]) {
        IPv4().fake_with_rng(chance.source())
    } else if has(&["ipv"]) {
        IPv6().fake_with_rng(chance.source())
    } else if has(&["mac"]) {
        MACAddress().fake_with_rng(chance.source())
    } else if has(&["address"]) {
        if number.is_multiple_of(4) && (column.ends_with('2') || has(&["secondary"])) {
            return SecondaryAddress().fake_with_rng(chance.source());
        }
        let (number, street, city): (String, String, String) = (
            BuildingNumber().fake_with_rng(chance.source()),
            StreetName().fake_with_rng(chance.source()),
            CityName().fake_with_rng(chance.source()),
        );
        format!("{number} {street}, {city}")
    } else if has(&["city", "town"]) {
        CityName().fake_with_rng(chance.source())
    } else if has(&["zip", "postcode", "postal", "zipcode"]) {
        PostCode().fake_with_rng(chance.source())
    } else if has(&["country"]) {
        match is_short || has(&["code", "iso"]) {
            true => CountryCode().fake_with_rng(chance.source()),
            false => CountryName().fake_with_rng(chance.source()),
        }
    } else if has(&["province", "region", "district", "county"]) || (last == "state" && PEOPLE.contains(&table)) {
        match is_short {
            true => StateAbbr().fake_with_rng(chance.source()),
            false => StateName().fake_with_rng(chance.source()),
        }
    } else if has(&["timezone", "tz"]) || (has(&["time"]) && last == "zone") {
        TimeZone().fake_with_rng(chance.source())
    } else if has(&["company", "employer", "organization", "organisation", "publisher", "manufacturer", "brand"]) {
        CompanyName().fake_with_rng(chance.source())
    } else if has(&["industry", "sector"]) {
        Industry().fake_with_rng(chance.source())
    } else if has(&["slogan", "tagline"]) {
        CatchPhrase().fake_with_rng(chance.source())
    } else if has(&["job", "profession", "occupation"]) {
        JobTitle().fake_with_rng(chance.source())
    } else if has(&["currency"]) {
        picked(CURRENCIES, chance)
    } else if has(&["language", "lang"]) {
        picked(LANGUAGES, chance)
    } else if has(&["locale"]) {
        picked(LOCALES, chance)
    } else if has(&["gender", "sex"]) {
        picked(GENDERS, chance)
    } else if has(&["status", "state"]) {
        picked(STATES, chance)
    } else if has(&["color", "colour"]) {
        format!("#{:06x}", chance.below(1 << 24))
    } else if has(&["isbn"]) {
        let isbn: String = Isbn13().fake_with_rng(chance.source());
        isbn.replace('-', "")
    } else if has(&["latitude", "lat"]) {
        coordinate(Latitude().fake_with_rng::<f64, _>(chance.source()))
    } else if has(&["longitude", "lon", "lng"]) {
        coordinate(Longitude().fake_with_rng::<f64, _>(chance.source()))
    } else if has(&["mime"]) || (has(&["content"]) && last == "type") {
        MimeType().fake_with_rng(chance.source())
    } else if has(&["filename"]) || (has(&["file"]) && last == "name") {
        FileName().fake_with_rng(chance.source())
    } else if has(&["path"]) {
        FilePath().fake_with_rng(chance.source())
    } else if has(&["version"]) {
        Semver().fake_with_rng(chance.source())
    } else if has(&["agent"]) {
        UserAgent().fake_with_rng(chance.source())
    } else if has(&["hash", "token", "digest", "checksum", "password", "secret", "salt", "fingerprint"]) {
        (0..4).map(|_| format!("{:016x}", chance.below(u64::MAX))).collect()
    } else if has(&["sku", "code", "reference", "barcode", "serial"]) {
        format!("{}-{:04}", letters(chance), number)
    } else if has(&["slug"]) {
        phrase(2, 4, chance).replace(' ', "-").to_lowercase()
    } else if has(&["title", "subject", "headline", "caption", "label", "heading"]) {
        capital(&phrase(2, 5, chance))
    } else if has(&[
        "description",
        "body",
        "content",
        "text",
        "comment",
        "bio",
        "summary",
        "note",
        "notes",
        "message",
        "excerpt",
        "biography",
        "review",
    ]) {
        match room {
            Some(room) if room < 200 => Sentence(3..9).fake_with_rng(chance.source()),
            _ => Paragraph(1..4).fake_with_rng(chance.source()),
        }
    } else if last == "name" && (PEOPLE.contains(&table) || words.iter().any(|word| PEOPLE.contains(&word.as_str()))) {
        FullName().fake_with_rng(chance.source())
    } else if last == "name" && COMPANIES.contains(&table) {
        CompanyName().fake_with_rng(chance.source())
    } else if last == "name" {
        capital(&phrase(1, 3, chance))
    } else {
        phrase(1, 4, chance)
    }
}

/// A whole number for a column of this name, if the name is known.
pub(super) fn integer(column: &str, chance: &mut Chance) -> Option<i128> {
    let words = words(column);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let (first, last) = if has(&["age"]) {
        (0, 99)
    } else if has(&["year"]) {
        (1950, 2026)
    } else if has(&["stars", "rating", "score", "rank"]) {
        (1, 5)
    } else if has(&["percent", "percentage", "discount"]) {
        (0, 100)
    } else if has(&["quantity", "count", "qty", "stock", "copies", "pages"]) {
        (0, 500)
    } else if has(&["price", "amount", "total", "cost", "cents", "salary", "fee"]) {
        (1, 99_999)
    } else if has(&["month"]) {
        (1, 12)
    } else if has(&["day"]) {
        (1, 28)
    } else if has(&["hour"]) {
        (0, 23)
    } else if has(&["minute", "second", "minutes", "seconds"]) {
        (0, 59)
    } else if has(&["position", "sort", "order", "priority", "level", "weight"]) {
        (0, 100)
    } else {
        return None;
    };
    Some(chance.between(first, last))
}

/// Thousandths for a column of this name, if the name is known.
pub(super) fn thousandths(column: &str, chance: &mut Chance) -> Option<i128> {
    let words = words(column);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    if has(&["price", "amount", "total", "cost", "fee", "balance", "salary"]) {
        Some(chance.between(99, 99_999) * 10)
    } else if has(&["latitude", "lat"]) {
        Some(chance.between(-90_000, 90_000))
    } else if has(&["longitude", "lon", "lng"]) {
        Some(chance.between(-180_000, 180_000))
    } else if has(&["rate", "ratio", "percent", "discount", "tax", "score", "rating"]) {
        Some(chance.between(0, 5_000))
    } else {
        None
    }
}

fn coordinate(degrees: f64) -> String {
    format!("{degrees:.6}")
}

fn letters(chance: &mut Chance) -> String {
    (0..3).map(|_| char::from(b'A' + u8::try_from(chance.below(26)).unwrap_or_default())).collect()
}

fn phrase(least: usize, most: usize, chance: &mut Chance) -> String {
    let words: Vec<String> = Words(least..most).fake_with_rng(chance.source());
    words.join(" ")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        assert_eq!(words("shippingAddress_line1"), ["shipping", "address", "line"]);
        assert_eq!(words("URL"), ["url"]);
        assert_eq!(words("_2"), Vec::<String>::new());
    }

    #[test]
    fn a_text_looks_like_what_its_column_is_called() {
        let mut chance = Chance::new(7, "t");
        assert!(text("user", "email", None, &mut chance).contains('@'));
        assert!(is_image("cover_image") && !is_image("imagination"));
        assert!(image(None, &mut chance).starts_with("https://picsum.photos/seed/"));
        let shop = image(Some("cloudinary:shop"), &mut chance);
        assert!(shop.starts_with("https://res.cloudinary.com/shop/image/upload/"), "{shop}");
        assert!(image(Some("https://images.example/a/"), &mut chance).starts_with("https://images.example/a/"));
        let number = image(Some("https://images.example/{number}.png"), &mut chance);
        assert!(number.ends_with(".png") && !number.contains('{'), "{number}");
        assert_eq!(text("shop", "country_code", Some(2), &mut chance).len(), 2);
        assert_eq!(text("book", "isbn", Some(13), &mut chance).len(), 13);
    }
}
