#!/usr/bin/env bash
# Times what others take to find that 1,000 tables of ten columns have changed in one; called by run.sh, and works alone.
#
#   tests/bench/peers.sh [TABLES]
#
# Alembic and Django:  pip install alembic "psycopg[binary]" django      (PYTHON=… names the interpreter that has them)
# Drizzle:             npm install drizzle-kit drizzle-orm               (DRIZZLE=… names the folder it was done in)
# Alembic compares with the database (SQLite, and PostgreSQL where DATABASE_URL_POSTGRES is set); Django and Drizzle compare
# with their own snapshots and do not read it. Whole processes, median of three.
set -euo pipefail
tables=${1:-1000}
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

median() {
    local runs=() start
    for _ in 1 2 3; do
        start=$(date +%s%N)
        "$@" >/dev/null 2>"$work/errors" || { tail -n3 "$work/errors" >&2; echo "failed"; return; }
        runs+=($((($(date +%s%N) - start) / 1000000)))
    done
    printf '%s\n' "${runs[@]}" | sort -n | sed -n 2p
}

cat >"$work/alembic_compare.py" <<'PY'
import sys
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import (BigInteger, Boolean, Column, DateTime, Double, ForeignKey, Integer, MetaData, String, Table, Text,
                        create_engine, func)

engine, tables, metadata = create_engine(sys.argv[1]), int(sys.argv[2]), MetaData()
for number in range(tables):
    rank = [Column("rank", Integer)] if number == 7 and "--create" not in sys.argv else []
    Table(f"thing_{number:05}", metadata, Column("id", BigInteger, primary_key=True), Column("code", String(255), unique=True),
          Column("name", String(255), index=True), Column("title", String(120)), Column("body", Text), Column("amount", Integer),
          Column("active", Boolean, server_default="0" if engine.name == "sqlite" else "false"), Column("weight", Double),
          Column("created_at", DateTime, server_default=func.now()),
          Column("parent_id", BigInteger, ForeignKey(f"thing_{number // 2:05}.id")), *rank)
if "--create" in sys.argv:
    metadata.create_all(engine)
else:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata)
PY

if "$python" -c "import alembic" 2>/dev/null; then
    urls=("sqlite:///$work/peers.db")
    if [ -n "${DATABASE_URL_POSTGRES:-}" ] && "$python" -c "import psycopg" 2>/dev/null; then
        psql -qX "$DATABASE_URL_POSTGRES" -c "drop database if exists sea_gen_peers" -c "create database sea_gen_peers" >&2
        urls+=("postgresql+psycopg://${DATABASE_URL_POSTGRES#*://}")
        urls[1]=${urls[1]%/*}/sea_gen_peers
    fi
    for url in "${urls[@]}"; do
        "$python" "$work/alembic_compare.py" "$url" "$tables" --create
        echo "Alembic, $tables tables, ${url%%[:+]*}: $(median "$python" "$work/alembic_compare.py" "$url" "$tables") ms"
    done
else
    echo "Alembic is not installed"
fi

if "$python" -c "import django" 2>/dev/null; then
    mkdir -p "$work/django/things/migrations" && touch "$work/django/things/__init__.py" "$work/django/things/migrations/__init__.py"
    cat >"$work/django/manage.py" <<'PY'
import sys
from django.conf import settings
from django.core.management import execute_from_command_line
settings.configure(INSTALLED_APPS=["things"], DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
                   DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
execute_from_command_line(sys.argv)
PY
    awk -v tables="$tables" 'BEGIN {
        print "from django.db import models\n"
        for (i = 0; i < tables; i++) {
            printf "class Thing%05d(models.Model):\n    code = models.CharField(max_length=255, unique=True)\n    name = models.CharField(max_length=255, db_index=True)\n    title = models.CharField(max_length=120)\n    body = models.TextField(null=True)\n    amount = models.IntegerField()\n    active = models.BooleanField(default=False)\n    weight = models.FloatField()\n    created_at = models.DateTimeField(auto_now_add=True)\n    parent = models.ForeignKey(\"Thing%05d\", models.CASCADE, null=True, related_name=\"+\")\n\n", i, int(i / 2)
        }
    }' >"$work/django/things/models.py"
    (cd "$work/django" && "$python" manage.py makemigrations things >/dev/null)
    sed -i '0,/amount = models.IntegerField()/s//amount = models.IntegerField()\n    rank = models.IntegerField(null=True)/' "$work/django/things/models.py"
    cd "$work/django"
    echo "Django, $tables tables, without reading the database: $(median "$python" manage.py makemigrations --dry-run) ms"
    cd - >/dev/null
else
    echo "Django is not installed"
fi

if [ -n "${DRIZZLE:-}" ] && [ -x "$DRIZZLE/node_modules/.bin/drizzle-kit" ]; then
    mkdir -p "$DRIZZLE/bench" && cd "$DRIZZLE"
    schema() { # extra column of table 7
        awk -v tables="$tables" -v extra="$1" 'BEGIN {
            print "import { pgTable, bigserial, bigint, varchar, text, integer, boolean, doublePrecision, timestamp, index } from \"drizzle-orm/pg-core\";"
            for (i = 0; i < tables; i++) {
                printf "export const thing%05d = pgTable(\"thing_%05d\", { id: bigserial(\"id\", { mode: \"number\" }).primaryKey(), code: varchar(\"code\").notNull().unique(), name: varchar(\"name\").notNull(), title: varchar(\"title\", { length: 120 }).notNull(), body: text(\"body\"), amount: integer(\"amount\").notNull(), active: boolean(\"active\").notNull().default(false), weight: doublePrecision(\"weight\").notNull(), createdAt: timestamp(\"created_at\").notNull().defaultNow(), parentId: bigint(\"parent_id\", { mode: \"number\" })%s }, (t) => [index(\"thing_%05d_name\").on(t.name)]);\n", i, i, i == 7 ? extra : "", i
            }
        }' >bench/schema.ts
    }
    rm -rf bench/out && schema ""
    drizzle=(node_modules/.bin/drizzle-kit generate --dialect postgresql --schema bench/schema.ts --out bench/out)
    "${drizzle[@]}" >/dev/null
    cp -r bench/out bench/before && schema ", rank: integer(\"rank\")"
    again() { rm -rf bench/out && cp -r bench/before bench/out && "${drizzle[@]}"; }
    echo "Drizzle, $tables tables, without reading the database: $(median again) ms"
    rm -rf bench
else
    echo "Drizzle is not installed (DRIZZLE names no folder)"
fi
