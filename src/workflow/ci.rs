//! The workflow by which a host of repositories checks every change of the schema, and a line of `CODEOWNERS`.
//!
//! Must not know how a host runs it, beyond the text that it reads.

mod github;
mod gitlab;

use std::path::{Path, PathBuf};

use sea_gen_runner::Error;
use sea_gen_runner::checksum::sha256;
use sea_gen_runner::files::read_text_if_there;

use crate::dialect::Product;
use crate::project::{Batch, CONSENT, EntityReader};

use super::{Failure, Workspace};

/// A host of repositories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// GitHub Actions.
    Github,
    /// GitLab CI.
    Gitlab,
}

impl Host {
    /// Its name in a command.
    pub fn key(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
        }
    }

    /// Where the host looks for the workflow.
    fn path(self) -> &'static str {
        match self {
            Self::Github => ".github/workflows/gen.yml",
            Self::Gitlab => ".gitlab-ci.yml",
        }
    }

    /// Where the host looks for owners; the first is written if there is none.
    fn owners(self) -> [&'static str; 3] {
        match self {
            Self::Github => [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"],
            Self::Gitlab => ["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"],
        }
    }
}

/// What to write.
#[derive(Clone, Debug)]
pub struct Request {
    /// The host.
    pub host: Host,
    /// The file, from the top of the repository; otherwise where the host looks for it.
    pub out: Option<PathBuf>,
    /// Who owns the migrations.
    pub owner: Option<String>,
    /// Whether a file that somebody else wrote is replaced.
    pub force: bool,
}

/// What the text of a workflow depends on.
struct Facts {
    /// The folder of the project, from the top of the repository; none if it is the top.
    folder: Option<String>,
    dialects: Vec<Product>,
    /// The variables that every command needs.
    variables: Vec<(&'static str, &'static str)>,
}

/// A server for proofs.
struct Service {
    image: &'static str,
    port: u16,
    /// The variables of the image by which it starts without a password, with a database.
    variables: &'static [(&'static str, &'static str)],
    health: &'static str,
    /// Its address, but for the host.
    scheme: &'static str,
    user: &'static str,
}

/// The database that a service starts with. Proofs make others beside it.
const DATABASE: &str = "gen";

impl Service {
    fn of(product: Product) -> Option<Self> {
        let mysql =
            |image, variables, health| Self { image, port: 3306, variables, health, scheme: "mysql", user: "root" };
        match product {
            Product::Sqlite => None,
            Product::Postgres => Some(Self {
                image: "postgres:17",
                port: 5432,
                variables: &[("POSTGRES_HOST_AUTH_METHOD", "trust"), ("POSTGRES_DB", DATABASE)],
                health: "pg_isready -U postgres",
                scheme: "postgres",
                user: "postgres",
            }),
            Product::MySql => Some(mysql(
                "mysql:8.4",
                &[("MYSQL_ALLOW_EMPTY_PASSWORD", "yes"), ("MYSQL_DATABASE", DATABASE)],
                "mysqladmin ping -h 127.0.0.1",
            )),
            Product::MariaDb => Some(mysql(
                "mariadb:11.4",
                &[("MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "yes"), ("MARIADB_DATABASE", DATABASE)],
                "healthcheck.sh --connect --innodb_initialized",
            )),
        }
    }

    fn url(&self, host: &str) -> String {
        let Self { scheme, user, port, .. } = self;
        format!("{scheme}://{user}@{host}:{port}/{DATABASE}")
    }
}

/// Writes the workflow, and the line of the owner; returns the files, those that did not change left out.
///
/// # Errors
/// A file is there that this job did not write, or that was edited since; the owner is no name.
pub fn write(workspace: &Workspace, request: &Request) -> Result<Vec<PathBuf>, Failure> {
    workspace.refuse_without_writer()?;
    let top = workspace.project.repository();
    let folder = workspace.root().strip_prefix(&top).ok().filter(|folder| !folder.as_os_str().is_empty());
    let compiles = workspace.project.config.reader == EntityReader::Compiled;
    let facts = Facts {
        folder: folder.map(|folder| folder.display().to_string().replace('\\', "/")),
        dialects: workspace.products().to_vec(),
        variables: compiles.then_some((CONSENT, "yes")).into_iter().collect(),
    };
    let body = match request.host {
        Host::Github => github::text(&facts),
        Host::Gitlab => gitlab::text(&facts),
    };
    let path = request.out.clone().unwrap_or_else(|| PathBuf::from(request.host.path()));
    let mut batch = Batch::new(&top);
    let text = format!("{}\n{body}", heading(request.host, &body));
    match read_text_if_there(&top.join(&path))? {
        Some(old) if !request.force && !is_ours(&old) => return Err(taken(request.host, &path).into()),
        _ => batch.write(&path, text),
    }
    if let Some(owner) = &request.owner {
        owners(&top, request.host, &facts, (workspace, owner), &mut batch)?;
    }
    Ok(batch.commit()?.into_iter().map(|(path, _)| path).collect())
}

/// How the first line of a written file begins.
const MARK: &str = "# written by `gen ci ";

/// The first line: who wrote the file, and a checksum of the rest.
fn heading(host: Host, body: &str) -> String {
    format!("{MARK}{}`, which writes it anew as long as nobody edits it: {}", host.key(), digest(body))
}

fn digest(body: &str) -> String {
    sha256(body).chars().take(16).collect()
}

/// Whether a file is as this job wrote it.
fn is_ours(text: &str) -> bool {
    let text = text.replace("\r\n", "\n");
    let (first, body) = text.split_once('\n').unwrap_or((&text, ""));
    first.starts_with(MARK) && first.ends_with(&digest(body))
}

fn taken(host: Host, path: &Path) -> Error {
    let error = Error::new(format!("`{}` is not as `gen ci` wrote it", path.display()));
    let error = match host {
        Host::Github => error.hint("write another file beside it: `gen ci github --out .github/workflows/schema.yml`"),
        Host::Gitlab => error
            .hint("write a file of its own: `gen ci gitlab --out .gitlab/gen.yml`")
            .hint(format!("and include it in `{}`: `include: [{{ local: .gitlab/gen.yml }}]`", path.display())),
    };
    error.hint(format!("or replace it: `gen ci {} --force`", host.key()))
}

/// Adds the line by which somebody owns the migrations, if it is not there.
fn owners(
    top: &Path,
    host: Host,
    facts: &Facts,
    (workspace, owner): (&Workspace, &str),
    batch: &mut Batch,
) -> Result<(), Failure> {
    let is_name = !owner.contains(char::is_whitespace) && (owner.starts_with('@') || owner.contains('@'));
    if !is_name {
        return Err(Error::new(format!("`{owner}` is no owner: a user, a team or an address"))
            .hint("`--codeowners @company/databases`")
            .into());
    }
    let [first, ..] = host.owners();
    let path = host.owners().into_iter().find(|path| top.join(path).is_file()).unwrap_or(first);
    let migrations = workspace.project.config.migrations.display().to_string().replace('\\', "/");
    let folder = facts.folder.iter().map(|folder| format!("/{folder}")).collect::<String>();
    let line = format!("{folder}/{}/ {owner}", migrations.trim_matches('/'));
    let old = read_text_if_there(&top.join(path))?.unwrap_or_default();
    if !old.lines().any(|it| it.trim() == line) {
        let gap = if old.is_empty() || old.ends_with('\n') { "" } else { "\n" };
        batch.write(path, format!("{old}{gap}{line}\n"));
    }
    Ok(())
}

/// The command that installs the version of `gen` that wrote the file.
fn install() -> String {
    format!("cargo install --locked --version {} --root .gen-bin sea-gen", env!("CARGO_PKG_VERSION"))
}

/// The commands that prove what is there on one product: the migrations lead to the snapshot, and those without a proof get one.
fn proofs(product: Product) -> [String; 2] {
    let key = product.key();
    ["gen check --replay".to_owned(), format!("gen verify --dialect {key} --json > reports/verify-{key}.json")]
}
