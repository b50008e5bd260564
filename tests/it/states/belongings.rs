//! What belongs to an object that is made anew: owner, privileges, whether a trigger is on. Before and after are asked of the
//! catalog.

use sea_gen::schema::Product;

use super::project::{PERSON, Project};
use crate::support::on_each;

on_each!(who_owns_and_may_use_what_is_made_anew_stays, what_belongs_to_a_table_stays);

const ROLES: &str = "DO $$ DECLARE one text; BEGIN \
    FOREACH one IN ARRAY ARRAY['sea_gen_kept_owner', 'sea_gen_kept_reader', 'sea_gen_kept Third'] LOOP \
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = one) THEN EXECUTE format('CREATE ROLE %I', one); END IF; \
    END LOOP; EXCEPTION WHEN unique_violation OR duplicate_object THEN NULL; END $$";

/// Everything the catalog says of owners and privileges, without what is never made anew.
const BELONGINGS: &str = "SELECT coalesce(string_agg(said, E'\\n' ORDER BY said), '') FROM (
    SELECT format('%s %s %s', relname, pg_get_userbyid(relowner), relacl) FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'S')
    UNION ALL
    SELECT format('%s.%s %s', attrelid::regclass, attname, attacl) FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid > 16383
    UNION ALL
    SELECT format('%s %s %s', proname, pg_get_userbyid(proowner), proacl) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('%s %s %s', typname, pg_get_userbyid(typowner), typacl) FROM pg_type
     WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')) AS one (said)";

impl Project {
    fn belongings(&self) -> String {
        self.database.query(BELONGINGS).first().expect("a row").text(0).to_owned()
    }

    fn declare(&self, sql: &str) {
        std::fs::write(self.path().join("entities/person.postgres.sql"), sql).expect("a written file");
    }

    /// What the catalog says is the same there, back and there again.
    fn keeps(&self, name: &str, more: &[&str], belongings: &dyn Fn(&Self) -> String) {
        let before = belongings(self);
        self.run(&[&["migration", name][..], more].concat()).with(0).mentions("proven");
        self.run(&["lint"]).keeps_silent_on("unread");
        for way in ["up", "down", "up"] {
            self.run(&[way]).with(0);
            assert_eq!(belongings(self), before, "{name} {way}\n{}", self.newest());
        }
        self.holds();
        self.finds_nothing();
    }
}

const MOOD: &str = "#[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = \"mood\")]
pub enum Mood {
    #[sea_orm(string_value = \"calm\")]
    Calm,
    #[sea_orm(string_value = \"wild\")]
    Wild,
}

#[sea_orm::model]";

const SIDECAR: &str = "CREATE VIEW v AS SELECT id, email, age FROM person;
CREATE VIEW \"Of V\" WITH (security_barrier = true) AS SELECT id FROM v;
CREATE MATERIALIZED VIEW m AS SELECT email FROM person;
CREATE FUNCTION head(a integer) RETURNS integer LANGUAGE sql AS $$ SELECT a $$;
CREATE FUNCTION arguments(a integer) RETURNS integer LANGUAGE sql AS $$ SELECT a $$;
";

fn who_owns_and_may_use_what_is_made_anew_stays(product: Product) {
    if product != Product::Postgres {
        return;
    }
    let project = Project::new(product);
    let entity = PERSON.replacen("#[sea_orm::model]", MOOD, 1);
    project.entity("person", &entity.replace("pub age: Option<i32>,", "pub age: Option<i32>,\n    pub mood: Mood,"));
    project.declare(SIDECAR);
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute(ROLES);
    project.database.execute(
        "GRANT CREATE ON SCHEMA public TO sea_gen_kept_owner;
         GRANT SELECT ON person, v, m TO sea_gen_kept_reader;
         GRANT SELECT ON v TO sea_gen_kept_owner WITH GRANT OPTION;
         GRANT UPDATE (email), SELECT (age) ON v TO \"sea_gen_kept Third\";
         SET ROLE sea_gen_kept_owner; GRANT SELECT ON v TO PUBLIC; RESET ROLE;
         ALTER VIEW \"Of V\" OWNER TO sea_gen_kept_owner;
         REVOKE INSERT ON \"Of V\" FROM sea_gen_kept_owner;
         REVOKE EXECUTE ON FUNCTION head, arguments FROM PUBLIC;
         GRANT EXECUTE ON FUNCTION head, arguments TO \"sea_gen_kept Third\";
         ALTER FUNCTION arguments OWNER TO sea_gen_kept_owner;
         ALTER TYPE mood OWNER TO sea_gen_kept_owner;
         REVOKE USAGE ON TYPE mood FROM PUBLIC;
         GRANT USAGE ON TYPE mood TO sea_gen_kept_reader;
         ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO sea_gen_kept_reader",
    );
    project.edit("person", "pub email: String,", "#[sea_orm(column_type = \"Text\")]\n    pub email: String,");
    project.keeps("Views", &[], &Project::belongings);
    let declared = SIDECAR
        .replace("head(a integer) RETURNS integer", "head(a integer) RETURNS bigint")
        .replace("arguments(a integer)", "arguments(a bigint)")
        .replace("RETURNS integer LANGUAGE sql AS $$ SELECT a $$", "RETURNS bigint LANGUAGE sql AS $$ SELECT a $$");
    project.declare(&declared);
    project.keeps("Functions", &[], &Project::belongings);
    // The function with the new arguments is created before the one with the old ones is dropped.
    project.declare(&declared.replace("arguments(a bigint)", "arguments(a bigint, b text DEFAULT '')"));
    project.keeps("Arguments", &[], &Project::belongings);
    project.edit("person", "    #[sea_orm(string_value = \"wild\")]\n    Wild,\n", "");
    project.keeps("Mood", &["--allow", "drop-value"], &Project::belongings);
    // The view is dropped in the half of the migration before the fill, and created in the one behind it.
    project.edit("person", "    pub age: Option<i32>,", "    pub age: i64,\n    pub town: String,");
    let town = ["--backfill", "person.age=1", "--backfill", "person.town=email"];
    project.keeps("Town", &town, &Project::belongings);
}

/// What a type change takes out of the way comes back as it was: a trigger that is off, a clustered index, statistics.
fn what_belongs_to_a_table_stays(product: Product) {
    if product != Product::Postgres {
        return;
    }
    let project = Project::settled(product);
    project.declare(
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
         CREATE TRIGGER touched BEFORE UPDATE OF email ON person FOR EACH ROW EXECUTE FUNCTION touch();
         CREATE INDEX person_email ON person (email);
         CREATE MATERIALIZED VIEW m AS SELECT email FROM person;",
    );
    project.run(&["migration", "More"]).with(0);
    project.run(&["up"]).with(0);
    project.run(&["migration", "ByHand", "--empty"]).with(0);
    let path = std::fs::read_dir(project.path().join("migrations")).expect("files").map(|it| it.expect("one").path());
    let path = path.max().expect("a migration");
    let up = "ALTER TABLE person DISABLE TRIGGER touched;
COMMENT ON TRIGGER touched ON person IS 'off';
CREATE UNIQUE INDEX one_email ON person (email, id);
ALTER TABLE person CLUSTER ON person_email, REPLICA IDENTITY USING INDEX one_email;
ALTER TABLE person ALTER COLUMN email SET STATISTICS 70;
CREATE STATISTICS of_both ON email, age FROM person;
CREATE PUBLICATION changes FOR TABLE person;
CREATE INDEX m_email ON m (email);
COMMENT ON COLUMN m.email IS 'an address';
COMMENT ON FUNCTION touch() IS 'does nothing';
CREATE RULE quiet AS ON DELETE TO person WHERE (old.email = '') DO INSTEAD NOTHING;
ALTER TABLE person DISABLE RULE quiet;\n";
    std::fs::write(&path, format!("-- ByHand\n-- UP\n{up}")).expect("a file");
    project.run(&["lock"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    project.holds();
    let facts = |project: &Project| {
        let sql = "SELECT concat_ws(' ',
            (SELECT string_agg(tgname || tgenabled::text || coalesce(obj_description(oid, 'pg_trigger'), ''), ' ') FROM pg_trigger WHERE NOT tgisinternal),
            (SELECT string_agg(indexrelid::regclass::text || indisclustered::text || indisreplident::text, ' ' ORDER BY indexrelid::regclass::text)
               FROM pg_index WHERE indrelid IN ('person'::regclass, 'm'::regclass)),
            (SELECT attstattarget::text FROM pg_attribute WHERE attrelid = 'person'::regclass AND attname = 'email'),
            (SELECT string_agg(stxname, ' ') FROM pg_statistic_ext),
            (SELECT string_agg(tablename, ' ') FROM pg_publication_tables),
            (SELECT string_agg(rulename || ev_enabled::text, ' ') FROM pg_rewrite WHERE ev_class = 'person'::regclass),
            col_description('m'::regclass, 1), obj_description('touch()'::regprocedure, 'pg_proc'))";
        project.database.query(sql).first().expect("a row").text(0).to_owned()
    };
    project.edit("person", "pub email: String,", "#[sea_orm(column_type = \"Text\")]\n    pub email: String,");
    project.keeps("Retype", &[], &facts);
}
