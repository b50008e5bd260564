//! `gen entities --write`: which entities and SQL files were written, and what is left for a person.
//!
//! Must not know how they are written.

use serde_json::json;

use crate::project::FileChange;
use crate::schema::{ObjectName, Place};
use crate::workflow::write_entities::{self, Request, WrittenEntities};
use crate::workflow::{Failure, Workspace};

use super::super::arguments::{Common, Entities};
use super::super::{Ending, paint, show};

pub(super) async fn run(common: &Common, command: &Entities) -> Result<Ending, Failure> {
    let mut workspace = Workspace::open_to_write(common, "gen entities --write")?;
    let request = Request { style: command.style(), folder: command.output_dir.clone() };
    let written = write_entities::write(&mut workspace, &request).await?;
    if command.json {
        paint::exact(&format!("{:#}\n", report(&written, &workspace)));
        return Ok(Ending::Done);
    }
    for (path, change) in &written.files {
        let verb = if *change == FileChange::Created { "wrote" } else { "added to" };
        paint::result(&format!("{verb} {}\n", workspace.project.shown(path).display()));
    }
    if written.files.is_empty() {
        paint::talk("nothing to do: the entities and the SQL files beside them say all that the database has");
    }
    talk(&written);
    Ok(Ending::Done)
}

fn talk(written: &WrittenEntities) {
    let told = |what: &str, places: &[Place]| {
        if !places.is_empty() {
            paint::talk(format!("note: {what}: {}", listed(places)));
        }
    };
    told("the database does not have what is declared, and it was left as it is", &written.gone);
    told(
        "declared in SQL files, because the columns of these models are written out in Rust; add the fields yourself",
        &written.by_hand,
    );
    told("neither entities nor SQL files can say this; `gen init` keeps it as it is", &written.unsaid);
    if !written.without_key.is_empty() {
        let names: Vec<String> = written.without_key.iter().map(ObjectName::to_string).collect();
        paint::talk(format!(
            "note: without a primary key there is no entity, so SQL files declare {}",
            names.join(", ")
        ));
    }
    for unmanaged in &written.unmanaged {
        paint::talk(format!("note: no file declares {}: {}", unmanaged.object, unmanaged.reason));
    }
    if !written.differences.is_empty() {
        paint::talk(format!(
            "note: the entities that were there say otherwise than the database, {}; see `gen diff --from database --to entities`",
            show::plural(written.differences.ops().len(), "difference")
        ));
    }
    if let Some(folder) = &written.unreached {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        paint::talk(format!(
            "next: declare the module of `{}` where the program begins: `mod {name};`",
            folder.display()
        ));
    }
}

fn listed(places: &[Place]) -> String {
    places.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn report(written: &WrittenEntities, workspace: &Workspace) -> serde_json::Value {
    let files = written.files.iter().map(|(path, change)| {
        let change = if *change == FileChange::Created { "created" } else { "changed" };
        json!({ "file": workspace.project.shown(path), "change": change })
    });
    let places = |places: &[Place]| places.iter().map(ToString::to_string).collect::<Vec<_>>();
    json!({
        "dialect": written.product.key(),
        "files": files.collect::<Vec<_>>(),
        "fields": places(&written.fields),
        "not_in_the_database": places(&written.gone),
        "add_by_hand": places(&written.by_hand),
        "without_primary_key": written.without_key.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "unmanaged": written.unmanaged,
        "not_declared": places(&written.unsaid),
        "differences": written.differences.ops().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "not_part_of_the_program": written.unreached,
    })
}
