#!/usr/bin/env bash
# Times whole processes: `gen migration … --dry-run` on the bookshop and on generated schemas, on every database at hand,
# beside what it cannot be faster than: the catalog's queries and the parsing of the entities.
#
#   tests/run.sh -- tests/bench/run.sh [TABLES …]        default: 100 1000 5000; growth and memory are those of 1000 and 10000
#
# Databases: SQLite always; PostgreSQL, MariaDB and MySQL where DATABASE_URL_POSTGRES, DATABASE_URL_MARIADB and
# DATABASE_URL_MYSQL point at a server on which databases may be created, as tests/run.sh sees to. BENCH_DATABASES="sqlite
# postgres" measures some of them only, BENCH_GROWTH=no leaves the 10,000 tables out. Every number is the median of seven runs
# after one warm-up, in milliseconds; the floors are measured in the same run, and only the ratios mean something elsewhere.
#
#   catalog   the tool's own queries, sent by the database's own shell
#   parse     every entity parsed with syn on two threads, nothing done with it
#   ratio     gen / (catalog + parse)
#
# Peers, where they are installed (`pip install alembic psycopg[binary] django`, `npm install drizzle-kit drizzle-orm`): see
# peers.sh beside this file.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --release --quiet
cargo build --release --quiet --manifest-path tests/bench/parse/Cargo.toml --target-dir target/bench
gen=$PWD/target/release/gen
parse=$PWD/target/bench/release/parse
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

median() { # command … -> milliseconds
    local runs=() start
    "$@" >/dev/null 2>"$work/errors" || { echo "failed: $*" >&2; cat "$work/errors" >&2; exit 1; }
    for _ in 1 2 3 4 5 6 7; do
        start=$(date +%s%N)
        "$@" >/dev/null 2>&1
        runs+=($((($(date +%s%N) - start) / 10000)))
    done
    printf '%s\n' "${runs[@]}" | sort -n | awk 'NR == 4 { printf "%.1f", $1 / 100 }'
}

memory() { # command … -> the most memory it ever held, in MiB
    [ -x /usr/bin/time ] || { echo "?"; return; }
    /usr/bin/time -f %M -o "$work/memory" "$@" >/dev/null 2>&1
    awk '{ printf "%.0f", $1 / 1024 }' "$work/memory"
}

client() { # url, database -> the options of the MariaDB client
    local port
    port=$(sed -n 's|.*:\([0-9]*\)/.*|\1|p' <<<"$1/")
    echo "--protocol=tcp -h127.0.0.1 -P${port:-3306} -uroot --batch --skip-column-names $2"
}

database() { # database kind, server url -> url of an empty database
    case $1 in
    sqlite) rm -f "$work/bench.db" && echo "sqlite://$work/bench.db" && return ;;
    postgres) psql -qX "$2" -c "drop database if exists sea_gen_bench" -c "create database sea_gen_bench" >&2 ;;
    *) mariadb $(client "$2" "") -e "drop database if exists sea_gen_bench; create database sea_gen_bench character set utf8mb4" >&2 ;;
    esac
    echo "${2%/*}/sea_gen_bench"
}

queries() { # database kind -> the tool's own catalog queries as one script
    local folder=src/dialect/$1/queries file
    [ "$1" != mariadb ] || folder=src/dialect/mysql/queries
    for file in "$folder"/*.sql; do
        case $1:$file in mysql:*.mariadb.sql | mariadb:*.mysql.sql) continue ;; esac
        sed -e "s/{own_trigger}/NOT c.relispartition AND {unextended}('pg_class'::regclass, c.oid)/; s/{period}/false/" \
            -e "s/{unnumbering}/NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('i', 'a'))/" \
            -e "s/{unextended}(\([^)]*\))/NOT EXISTS (SELECT 1 FROM pg_depend xd WHERE xd.refclassid = 'pg_extension'::regclass AND xd.deptype = 'e' AND (xd.classid, xd.objid) = (\1))/g" \
            -e "s/{schemas}/ARRAY['public']/g; s/{default}/'public'/g; s/{compression}/nullif(a.attcompression, '')/; s/{enforced}/true/" \
            -e "s/{nulls_not_distinct}/false/; s/{[a-z_]*}/NULL/g" "$file"
        echo ";"
    done
}

catalog() { # database kind, url
    case $1 in
    sqlite) sqlite3 "${2#sqlite://}" <"$work/queries.sql" ;;
    postgres) psql -qXAt -v ON_ERROR_STOP=1 -f "$work/queries.sql" "$2" ;;
    *) mariadb $(client "${2%/*}" sea_gen_bench) <"$work/queries.sql" ;;
    esac
}

entities() { # folder, tables: one entity a file, ten columns, one unique key, one index, one foreign key
    mkdir -p "$1"
    awk -v folder="$1" -v tables="$2" 'BEGIN {
        for (i = 0; i < tables; i++) {
            file = sprintf("%s/thing_%05d.rs", folder, i); parent = i > 0 ? int(i / 2) : -1
            printf "use sea_orm::entity::prelude::*;\n\n#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]\n#[sea_orm(table_name = \"thing_%05d\")]\npub struct Model {\n    #[sea_orm(primary_key)]\n    pub id: i64,\n", i > file
            printf "    #[sea_orm(unique)]\n    pub code: String,\n    #[sea_orm(indexed)]\n    pub name: String,\n" > file
            printf "    #[sea_orm(column_type = \"String(StringLen::N(120))\")]\n    pub title: String,\n    #[sea_orm(column_type = \"Text\", nullable)]\n    pub body: Option<String>,\n" > file
            printf "    pub amount: i32,\n    #[sea_orm(default_value = false)]\n    pub active: bool,\n    pub weight: f64,\n    #[sea_orm(default_expr = \"Expr::current_timestamp()\")]\n    pub created_at: DateTime,\n    pub parent_id: Option<i64>,\n}\n\n" > file
            printf "#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\npub enum Relation {" > file
            if (parent >= 0) printf "\n    #[sea_orm(belongs_to = \"super::thing_%05d::Entity\", from = \"Column::ParentId\", to = \"super::thing_%05d::Column::Id\")]\n    Parent,\n", parent, parent > file
            printf "}\n\nimpl ActiveModelBehavior for ActiveModel {}\n" > file
            close(file)
        }
    }'
}

generated() { # database kind, tables, url: a project and a database that is one column behind its entities
    project=$work/$1-$2
    rm -rf "$project" && mkdir -p "$project"
    printf 'dialects = ["%s"]\ndatabase-url = "%s"\n' "$1" "$3" >"$project/gen.toml"
    entities "$project/entities" "$2"
    "$gen" --project "$project" migration Initial --no-verify >/dev/null 2>&1
    if [ "$1" = postgres ]; then
        # So many tables are more than PostgreSQL has locks for in one transaction.
        sed -i -E 's/^(CREATE|ALTER) /-- gen: no transaction\n&/' "$project"/migrations/*.sql
        "$gen" --project "$project" lock >/dev/null 2>&1
    fi
    "$gen" --project "$project" up >/dev/null 2>&1
    [ "$1" != postgres ] || psql -qX "$3" -c "vacuum analyze" >&2
    sed -i 's/pub amount: i32,/pub amount: i32,\n    #[sea_orm(indexed)]\n    pub rank: Option<i32>,/' "$project/entities/thing_00007.rs"
    run=("$gen" --project "$project" migration AddRank --dry-run)
}

line() { printf '%-10s %9s %9s %9s %9s %7s %9s\n' "$@"; }

echo "$(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n1); $(rustc --version)"
echo
line database tables catalog parse gen ratio "peak MiB"
for kind in ${BENCH_DATABASES:-sqlite postgres mariadb mysql}; do
    variable=DATABASE_URL_${kind^^}
    server=${!variable:-}
    if [ "$kind" != sqlite ] && [ -z "$server" ]; then line "$kind" - - - "no server" - -; continue; fi
    queries "$kind" >"$work/queries.sql"
    url=$(database "$kind" "$server")
    project=$work/bookshop
    rm -rf "$project" && mkdir "$project" && cp -r Cargo.toml entities migrations snapshots schema.lock.json "$project"
    run=("$gen" --project "$project" --database-url "$url" migration AddEmailIndex --dry-run)
    "$gen" --project "$project" --database-url "$url" up >/dev/null 2>&1
    line "$kind" bookshop "" "" "$(median "${run[@]}")" "" "$(memory "${run[@]}")"
    sizes=("${@:-100 1000 5000}")
    [ "${BENCH_GROWTH:-yes}" = no ] || sizes+=(10000)
    declare -A taken=()
    for tables in ${sizes[*]}; do
        url=$(database "$kind" "$server")
        generated "$kind" "$tables" "$url"
        floor=$(median catalog "$kind" "$url")
        parsed=$(median "$parse" "$project/entities")
        taken[$tables]=$(median "${run[@]}")
        ratio=$(awk -v a="${taken[$tables]}" -v b="$floor" -v c="$parsed" 'BEGIN { printf "%.2f", a / (b + c) }')
        line "$kind" "$tables" "$floor" "$parsed" "${taken[$tables]}" "$ratio" "$(memory "${run[@]}")"
        rm -rf "$project"
    done
    if [ -n "${taken[1000]:-}" ] && [ -n "${taken[10000]:-}" ]; then
        awk -v kind="$kind" -v a="${taken[1000]}" -v b="${taken[10000]}" \
            'BEGIN { printf "%-10s from 1000 to 10000 tables: %.1f times the time\n", kind, b / a }'
    fi
done

echo
project=$work/bookshop
echo "gen --help                        $(median "$gen" --help) ms"
url=$(database sqlite "")
"$gen" --project "$project" --database-url "$url" up >/dev/null 2>&1
echo "gen status, bookshop on SQLite    $(median "$gen" --project "$project" --database-url "$url" status) ms"
echo "binary                            $(du -m "$gen" | cut -f1) MiB"
tests/bench/peers.sh "${PEER_TABLES:-1000}"
