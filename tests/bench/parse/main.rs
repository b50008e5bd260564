//! Parses every Rust file of a folder with syn on two threads and does nothing with them: what reading entities cannot be
//! faster than.

use std::error::Error;
use std::fs;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: parse FOLDER")?;
    let paths: Vec<_> = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    let (first, second) = paths.split_at(paths.len() / 2);
    let parse = |paths: &[std::path::PathBuf]| -> usize {
        let texts = paths.iter().filter_map(|path| fs::read_to_string(path).ok());
        texts.filter_map(|text| syn::parse_file(&text).ok()).map(|file| file.items.len()).sum()
    };
    let items = std::thread::scope(|scope| {
        let other = scope.spawn(|| parse(second));
        parse(first) + other.join().unwrap_or_default()
    });
    println!("{items}");
    Ok(())
}
