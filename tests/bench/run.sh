#!/usr/bin/env bash
# Times whole processes: `gen migration … --dry-run` on the bookshop on every database at hand, and on generated schemas.
#
#   tests/run.sh -- tests/bench/run.sh [TABLES …]        default: 1000
#
# Databases: SQLite always; PostgreSQL, MariaDB and MySQL where DATABASE_URL_POSTGRES, DATABASE_URL_MARIADB and
# DATABASE_URL_MYSQL point at a server on which databases may be created, as tests/run.sh sees to. Prints milliseconds, minimum / median / maximum of seven runs after one warm-up, and the
# machine; ratios only make sense within one run.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --release --quiet
gen=$PWD/target/release/gen
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

milliseconds() { # command … -> "min / median / max"
    local runs=() start
    "$@" >/dev/null || { echo "failed: $*" >&2; exit 1; }
    for _ in 1 2 3 4 5 6 7; do
        start=$(date +%s%N)
        "$@" >/dev/null 2>&1
        runs+=($((($(date +%s%N) - start) / 10000)))
    done
    printf '%s\n' "${runs[@]}" | sort -n | awk '{v[NR]=$1/100} END {printf "%.1f / %.1f / %.1f", v[1], v[4], v[7]}'
}

database() { # server url, name -> url of an empty database of that name
    local server=${1%/*}
    case $1 in
    postgres*) psql -qX "$1" -c "drop database if exists $2" -c "create database $2" >&2 ;;
    *) mariadb --protocol=tcp -h127.0.0.1 -P"$(sed 's|.*:\([0-9]*\)/.*|\1|' <<<"$1/")" -uroot \
        -e "drop database if exists $2; create database $2 character set utf8mb4" >&2 ;;
    esac
    echo "$server/$2"
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

generated() { # url, tables, dialect
    local project=$work/$3-$2
    mkdir -p "$project"
    printf 'dialects = ["%s"]\ndatabase-url = "%s"\n' "$3" "$1" >"$project/gen.toml"
    entities "$project/entities" "$2"
    "$gen" --project "$project" migration Initial >/dev/null 2>&1
    "$gen" --project "$project" up >/dev/null 2>&1
    sed -i 's/pub amount: i32,/pub amount: i32,\n    #[sea_orm(indexed)]\n    pub rank: Option<i32>,/' "$project/entities/thing_00007.rs"
    milliseconds "$gen" --project "$project" migration AddRank --dry-run
}

bookshop() { # url
    local project=$work/bookshop
    rm -rf "$project" && mkdir "$project"
    cp -r Cargo.toml entities migrations snapshots schema.lock.json "$project"
    "$gen" --project "$project" --database-url "$1" up >/dev/null 2>&1
    milliseconds "$gen" --project "$project" --database-url "$1" migration AddEmailIndex --dry-run
}

echo "gen migration … --dry-run, whole process, release build; ms: min / median / max of 7"
echo "$(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n1); $(rustc --version)"
echo
printf '%-12s %8s   %s\n' database tables "ms"
for key in sqlite postgres mariadb mysql; do
    case $key in
    sqlite) server=sqlite ;;
    *) variable=DATABASE_URL_${key^^} && server=${!variable:-} ;;
    esac
    [ -n "$server" ] || { printf '%-12s %8s   %s\n' "$key" - "not measured: no server"; continue; }
    if [ "$key" = sqlite ]; then url=sqlite://$work/bookshop.db; else url=$(database "$server" sea_gen_bench); fi
    printf '%-12s %8s   %s\n' "$key" bookshop "$(bookshop "$url")"
    for tables in "${@:-1000}"; do
        if [ "$key" = sqlite ]; then url=sqlite://$work/$tables.db; else url=$(database "$server" sea_gen_bench); fi
        printf '%-12s %8s   %s\n' "$key" "$tables" "$(generated "$url" "$tables" "$key")"
    done
done
