//! `gen init`: shows the result of setting up.
//!
//! Must not know how a database is adopted.

use serde_json::{Value, json};

use crate::introspect::SEAORM_HISTORY;
use crate::project::Format;
use crate::schema::Product;
use crate::workflow::adopt::{Adopted, Request, set_up_project};
use crate::workflow::join::{adopts, begins, refuse_alike};
use crate::workflow::seaorm::SeaOrm;
use crate::workflow::{Failure, Live, Open, Workspace, reference_data};

use super::arguments::{self, Common};
use super::paint::{self, Ink, ink};
use super::{Ending, contradictions, show};

pub(super) async fn run(common: &Common, command: &arguments::Init) -> Result<Ending, Failure> {
    let arguments::Init { dialects, import, with_seaql, no_seaql, strict, empty, json, reference_data, format } =
        command;
    let mut request = Request {
        dialects: dialects.clone(),
        imports: *import,
        strict: *strict,
        empty: *empty,
        reference_data: reference_data.clone(),
        format: *format,
        seaorm_history: (*with_seaql || *no_seaql).then_some(*with_seaql),
    };
    let mut open = Open::from(common);
    if common.database_url.len() < 2 {
        let (text, report) = adopt(open, &request).await?;
        print(&text, json.then_some(report));
        return Ok(Ending::Done);
    }
    refuse_alike(&Workspace::open(open.clone())?, &common.database_url).await?;
    let mut reports = Vec::new();
    for url in &common.database_url {
        open.database.url = Some(url.clone());
        let (text, report) = adopt(open.clone(), &request).await?;
        reports.push(report);
        if !json {
            print(&text, None);
        }
        // The first one has written them to the configuration.
        request.dialects.clear();
    }
    if *json {
        print("", Some(Value::Array(reports)));
    }
    Ok(Ending::Done)
}

/// Shows what was set up or adopted.
pub(super) fn tell(workspace: &Workspace, live: Option<&Live>, told: &Adopted, json: bool) {
    print(&text(workspace, live, told), json.then(|| as_json(workspace, live, told)));
}

fn print(text: &str, report: Option<Value>) {
    match report {
        Some(report) => paint::exact(&format!("{report:#}\n")),
        None => paint::result(text),
    }
}

/// Sets up or adopts with one database; the result as text and as JSON.
async fn adopt(open: Open, request: &Request) -> Result<(String, Value), Failure> {
    let mut workspace = Workspace::open_to_write(open, "gen init")?;
    let (told, live) = set_up_project(&mut workspace, request).await?;
    let shown = (text(&workspace, live.as_ref(), &told), as_json(&workspace, live.as_ref(), &told));
    if let Some(live) = live {
        live.session.close().await;
    }
    Ok(shown)
}

fn as_json(workspace: &Workspace, live: Option<&Live>, told: &Adopted) -> Value {
    let keys = |products: &[Product]| products.iter().map(|product| product.key()).collect::<Vec<_>>();
    let adoption = told.adoption.as_ref();
    let contradictions = adoption.map(|adoption| adoption.contradictions.as_slice()).unwrap_or_default();
    json!({
        "dialects": keys(&told.begun),
        "not_adopted": keys(&told.unadopted),
        "entities": told.found.paths,
        "not_part_of_the_program": told.found.unreached,
        "types": told.taken.types,
        "errors": told.errors,
        "baseline": adoption.map(|adoption| &adoption.baseline.id),
        "adopted": adoption.map(|adoption| show::adopted_counts(&adoption.origins)).unwrap_or_default(),
        "left_open": told.loosely_matched(),
        "contradictions": contradictions::as_json(contradictions, workspace.root()),
        "imported": told.imported.iter().flat_map(|it| &it.files).map(|file| &file.path).collect::<Vec<_>>(),
        "not_imported": unsaid(told),
        "reference_data": told.rows,
        "may_be_reference_data": told.candidates.iter().map(|it| it.table.to_string()).collect::<Vec<_>>(),
        "seaql_migrations": told.seaorm.as_ref().map(|it| json!({ "applied": it.applied, "pending": it.pending, "in_baseline": it.in_baseline })),
        "database_collation": told.collation,
        "unmanaged": live.map(|live| &live.unmanaged),
    })
}

fn unsaid(told: &Adopted) -> Vec<String> {
    told.imported.iter().flat_map(|imported| &imported.unsaid).map(ToString::to_string).collect()
}

fn text(workspace: &Workspace, live: Option<&Live>, told: &Adopted) -> String {
    let keys: Vec<&str> = told.begun.iter().map(|product| product.key()).collect();
    let root = workspace.root();
    let adoption = told.adoption.as_ref();
    let adopted = adoption.map(|adoption| show::adopted_counts(&adoption.origins)).unwrap_or_default();
    let contradictions = adoption.map(|adoption| adoption.contradictions.as_slice()).unwrap_or_default();
    let mut text = format!("{} for {}\n", ink(Ink::Green, "set up"), keys.join(", "));
    if told.is_assumed {
        text.push_str(&assumed(workspace, &told.begun));
    }
    if let Some(product) = told.moved {
        text.push_str(&format!(
            "  moved      the migrations and the snapshot of {0}, to `{0}/` in their folders\n",
            product.key()
        ));
    }
    for folder in &told.found.paths {
        text.push_str(&format!("  entities   {}\n", folder.display()));
    }
    for file in &told.found.unreached {
        text.push_str(&format!("  left out   {}: not part of the program, no `mod` reaches it\n", file.display()));
    }
    for (name, of) in &told.taken.types {
        let columns = told.taken.columns.get(name).map(|columns| columns.join(", ")).unwrap_or_default();
        text.push_str(&format!("  types      {name} = {of} ({columns})\n"));
    }
    if !told.taken.types.is_empty() {
        let warning = ink(Ink::Yellow, "warning");
        text.push_str(&format!(
            "             {warning}: the code does not declare these types; the database's are now in the configuration\n"
        ));
    }
    if let (Some(live), Some(adoption)) = (live, adoption) {
        let counts = show::counts(live.schema.schema());
        text.push_str(&format!("  adopted    {counts} as {}\n", adoption.baseline.id));
        if let Some(collation) = &told.collation {
            text.push_str(&format!(
                "  database   its collation is {collation}, not the server's: other databases need `COLLATE {collation}` too\n"
            ));
        }
        if let Some(seaorm) = &told.seaorm {
            text.push_str(&seaorm_line(seaorm, workspace.project.config.format));
        }
        for file in told.imported.iter().flat_map(|imported| &imported.files) {
            text.push_str(&format!("  imported   {}\n", file.path.display()));
        }
        for file in &told.rows {
            text.push_str(&format!("  rows       {}\n", file.display()));
        }
        let list = |counts: &mut dyn Iterator<Item = (&'static str, usize)>| {
            counts.map(|(kind, count)| show::plural(count, kind)).collect::<Vec<_>>().join(", ")
        };
        if !adopted.is_empty() {
            text.push_str(&format!("  undeclared {} (kept)\n", list(&mut adopted.into_iter())));
        }
        if !told.loosely_matched().is_empty() {
            let rules: Vec<String> =
                told.loosely_matched().iter().map(|(rule, count)| format!("{count} by `{rule}`")).collect();
            text.push_str(&format!("  left open  column types: {} (kept)\n", rules.join(", ")));
        }
        let accepted = adoption.origins.accepted().len();
        if accepted > 0 {
            let relations = show::plural(accepted, "relation");
            text.push_str(&format!("  left open  {relations} without a foreign key (`gen status --all` lists them)\n"));
        }
        for place in unsaid(told) {
            text.push_str(&format!("  not said   {place}: no SQL file can declare it, so it stays adopted\n"));
        }
        for unmanaged in &live.unmanaged {
            text.push_str(&format!("  unmanaged  {}: {}\n", unmanaged.object, unmanaged.reason));
        }
    }
    if !told.candidates.is_empty() {
        text.push_str(&format!("  few rows   {}\n", reference_data::offer(&told.candidates)));
    }
    if told.errors > 0 {
        let errors = show::plural(told.errors, "error");
        text.push_str(&format!("  not read   {errors} in the entities, listed above; the rest is adopted\n"));
    }
    text.push_str(&contradictions::text(contradictions, root));
    let beyond = if adoption.is_some() { " beyond that" } else { "" };
    let name = if adoption.is_some() { "<Name>" } else { "Initial" };
    if let Some(product) = told.unadopted.first() {
        text.push_str(&format!(
            "\nnext: {product} has no database yet: `{}` adopts it; if it starts empty: `{}`\n",
            adopts(*product),
            begins(*product)
        ));
        return text;
    }
    text.push_str(&format!("\nnext: `gen migration {name}` writes what the entities declare{beyond}\n"));
    text
}

/// Which dialect was assumed, and how to begin anew with another.
fn assumed(workspace: &Workspace, assumed: &[Product]) -> String {
    let other = if assumed.contains(&Product::Postgres) { Product::Sqlite } else { Product::Postgres };
    let lock = workspace.project.lock_path();
    let lock = workspace.project.shown(&lock).display();
    let key = other.key();
    format!("  assumed    no database URL is set; for another: `rm {lock} && gen init --dialect {key}`\n")
}

fn seaorm_line(seaorm: &SeaOrm, format: Format) -> String {
    let count = show::plural(seaorm.applied.len(), "migration");
    let last = seaorm.applied.last().map(|last| format!(", the last {last}")).unwrap_or_default();
    let mut text = format!("  history    built by {count} of its own{last}; {SEAORM_HISTORY} is left alone\n");
    if seaorm.in_baseline {
        text.push_str(&format!(
            "             where the baseline runs, it fills {SEAORM_HISTORY} like this (not with `--no-seaql`)\n"
        ));
    }
    if format == Format::Sql {
        text.push_str("             `format = \"seaorm\"` or `\"rust\"` in the configuration, then `gen lock`: your `Migrator` runs the migrations of `gen` too\n");
    }
    if !seaorm.pending.is_empty() {
        let pending = seaorm.pending.join(", ");
        text.push_str(&format!("  pending    not applied here, so not adopted: {pending}\n"));
    }
    text
}
