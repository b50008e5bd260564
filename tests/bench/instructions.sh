#!/usr/bin/env bash
# Counts what `gen migration … --dry-run` makes a processor do, where timing would only tell how busy the machine is: 200
# generated entities, one of them changed, planned from the snapshot. More than a tenth above the figure in instructions.txt is
# a failure, and so is more than a tenth below it: then the figure is out of date.
#
#   tests/bench/instructions.sh          holds target/debug/gen against the figure
#   tests/bench/instructions.sh release  holds target/release/gen against its own
#   BLESS=1 tests/bench/instructions.sh  writes the figure of this compiler anew
#
# A figure is of one profile, one compiler and one kind of processor. Where valgrind or the figure is missing, nothing is held
# against anything, and the script says so and ends with 77.
set -euo pipefail
cd "$(dirname "$0")/../.."
profile=${1:-debug}
figures=tests/bench/instructions.txt
key="$profile $(uname -m) $(rustc --version | cut -d' ' -f2)"
gen=$PWD/target/$profile/gen

skip() { echo "instructions: not counted, $*"; exit 77; }
command -v valgrind >/dev/null || skip "valgrind is not installed"
[ -x "$gen" ] || skip "$gen is not built"
expected=$(sed -n "s/^$key \([0-9]*\)$/\1/p" "$figures" 2>/dev/null || true)
[ -n "$expected" ] || [ -n "${BLESS:-}" ] || skip "$figures has no figure for $key"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/entities"
echo 'dialects = ["sqlite"]' >"$work/gen.toml"
for number in $(seq 1000 1199); do
    cat >"$work/entities/thing_$number.rs" <<RUST
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "thing_$number")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub code: String,
    #[sea_orm(indexed)]
    pub name: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub body: Option<String>,
    pub amount: i32,
    #[sea_orm(default_value = false)]
    pub active: bool,
    #[sea_orm(default_expr = "Expr::current_timestamp()")]
    pub created_at: DateTime,
    pub parent_id: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::thing_1000::Entity", from = "Column::ParentId", to = "super::thing_1000::Column::Id")]
    Parent,
}

impl ActiveModelBehavior for ActiveModel {}
RUST
done
# Nothing of the surroundings is part of what is counted.
run() { env -i PATH="$PATH" HOME="$work" "$@"; }
run "$gen" --project "$work" init >/dev/null 2>&1
run "$gen" --project "$work" migration Initial --no-verify >/dev/null 2>&1
sed -i 's/pub amount: i32,/pub amount: i32,\n    pub rank: Option<i32>,/' "$work/entities/thing_1007.rs"
run valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$gen" --project "$work" migration AddRank --dry-run --from snapshot >"$work/out" 2>"$work/counted"
grep -q rank "$work/out" || { echo "instructions: the run did not plan the change"; cat "$work/out" "$work/counted"; exit 1; }
counted=$(sed -n 's/^==.*Collected : \([0-9]*\)$/\1/p' "$work/counted")

if [ -n "${BLESS:-}" ]; then
    { grep -v "^$key " "$figures" 2>/dev/null || true; echo "$key $counted"; } | sort >"$work/figures"
    cp "$work/figures" "$figures"
    expected=$counted
fi
awk -v counted="$counted" -v expected="$expected" -v key="$key" 'BEGIN {
    printf "instructions: %.0f million, expected %.0f million (%s): %+.1f %%\n",
        counted / 1e6, expected / 1e6, key, 100 * (counted / expected - 1)
    exit counted > 1.1 * expected || counted < 0.9 * expected
}'
