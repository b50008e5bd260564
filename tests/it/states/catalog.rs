//! What a database has, in its own words: the oracle. Nothing of the introspector is asked.
//!
//! Must not know what is expected of it.

use sea_gen::schema::Product;

use super::project::Database;

const POSTGRES: &str = "
    SELECT 'column ' || attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || ' '
        || CASE WHEN attnotnull THEN 'NOT NULL' ELSE 'NULL' END || coalesce(' DEFAULT ' || pg_get_expr(adbin, adrelid), '')
        || coalesce(' COMMENT ' || col_description(attrelid, attnum), '')
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT 'table ' || relname || coalesce(' COMMENT ' || obj_description(oid, 'pg_class'), '')
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint ' || conrelid::regclass || '.' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'routine ' || pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'view ' || viewname || ' ' || definition FROM pg_views WHERE schemaname = 'public'
    UNION ALL SELECT 'enum ' || enumtypid::regtype || ' ' || enumlabel FROM pg_enum";

/// The order of columns is left out: a column that was dropped and added again stands last.
const MYSQL: &str = "
    SELECT concat('column ', table_name, '.', column_name, ' ', column_type, ' ', is_nullable, ' ',
        coalesce(column_default, 'no default'), ' ', extra, ' ', coalesce(collation_name, ''), ' ', column_comment)
    FROM information_schema.columns WHERE table_schema = database()
    UNION ALL SELECT concat('table ', table_name, ' ', coalesce(engine, table_type), ' ', table_comment)
    FROM information_schema.tables WHERE table_schema = database()
    UNION ALL SELECT concat('index ', table_name, '.', index_name, ' ', non_unique, ' ',
        group_concat(column_name ORDER BY seq_in_index))
    FROM information_schema.statistics WHERE table_schema = database() GROUP BY table_name, index_name, non_unique
    UNION ALL SELECT concat('key ', table_name, '.', constraint_name, ' ', referenced_table_name, ' ', update_rule, ' ', delete_rule)
    FROM information_schema.referential_constraints WHERE constraint_schema = database()
    UNION ALL SELECT concat('check ', constraint_name, ' ', check_clause)
    FROM information_schema.check_constraints WHERE constraint_schema = database()
    UNION ALL SELECT concat('trigger ', trigger_name, ' ', action_statement)
    FROM information_schema.triggers WHERE trigger_schema = database()
    UNION ALL SELECT concat('view ', table_name, ' ',
        replace(view_definition, concat('`', database(), '`.'), ''))
    FROM information_schema.views WHERE table_schema = database()";

/// A rebuilt table is spelled anew, so tables are asked for what they are, not for their text. The row id is never NULL,
/// whether that is written or not.
const SQLITE: &str = "
    SELECT 'column ' || s.name || '.' || x.name || ' ' || lower(x.type) || ' '
        || (x.\"notnull\" OR (x.pk AND lower(x.type) = 'integer')) || ' ' || x.pk || ' '
        || coalesce(x.dflt_value, 'no default') || ' ' || x.hidden
    FROM sqlite_schema s JOIN pragma_table_xinfo(s.name) x WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite_%'
    UNION ALL SELECT 'index ' || s.name || ' ' || i.\"unique\" || ' ' || i.origin || ' ' || i.partial || ' '
        || iif(i.origin = 'c', i.name, '') || ' ' || (SELECT group_concat(c.name) FROM pragma_index_info(i.name) c)
    FROM sqlite_schema s JOIN pragma_index_list(s.name) i WHERE s.type = 'table'
    UNION ALL SELECT 'key ' || s.name || '.' || f.\"from\" || ' ' || f.\"table\" || ' ' || f.on_update || ' ' || f.on_delete
    FROM sqlite_schema s JOIN pragma_foreign_key_list(s.name) f WHERE s.type = 'table'
    UNION ALL SELECT 'checks ' || name || ' ' || ((length(sql) - length(replace(upper(sql), 'CHECK', ''))) / 5)
        || ' ' || (upper(sql) LIKE '%AUTOINCREMENT%')
    FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
    UNION ALL SELECT type || ' ' || replace(replace(sql, char(10), ' '), '\"', '') FROM sqlite_schema WHERE type IN ('trigger', 'view')";

/// Every table, column, index, key, check, comment, trigger, routine and view, a line each, in order; the history of `gen`
/// left out.
pub fn catalog(database: &Database) -> Vec<String> {
    let sql = match database.product {
        Product::Postgres => POSTGRES,
        Product::MySql | Product::MariaDb => MYSQL,
        Product::Sqlite => SQLITE,
    };
    let rows = database.query(sql);
    let mut lines: Vec<String> = rows.iter().map(|row| row.text(0).to_owned()).collect();
    lines.retain(|line| !line.contains("sea_gen_history"));
    lines.sort();
    lines
}

/// The lines that only the first has.
pub fn only(these: &[String], those: &[String]) -> Vec<String> {
    these.iter().filter(|line| !those.contains(line)).cloned().collect()
}
