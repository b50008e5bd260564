//! Tenants beside what one database also has: changes in two migrations, squashed migrations, regions.

use sea_gen::schema::Product;

use super::tenancy::{Tenancy, numbered};
use crate::support::on_each;

on_each!(a_squash_is_recorded_for_each_tenant, a_column_of_another_region_is_created_in_no_tenant);

/// What removes a column that the former version of the program uses waits in every tenant that has had one.
fn a_contract_waits_in_every_tenant(product: Product) {
    let names = numbered(3);
    let tenancy = Tenancy::create(product, &names);
    tenancy.run(&["up", "--tenants", "t01,t02"]).with(0);
    tenancy.edit("person", "pub email: String", "#[sea_orm(renamed_from = \"email\")]\n    pub address: String");
    tenancy.run(&["migration", "Rename", "--expand-contract", "--from", "snapshot"]).with(0);
    let said = tenancy.run(&["up", "--tenants"]).with(0);
    said.mentions("_rename_contract` waits").mentions("gen up --contract");
    let applied = || names.iter().map(|name| tenancy.applied(name)).collect::<Vec<_>>();
    // The third one is new, so no former version works on it.
    assert_eq!(applied(), [2, 2, 3]);
    assert!(tenancy.query("t01", "SELECT email, address FROM person").is_ok(), "both versions are served");
    tenancy.run(&["status", "--tenants"]).with(0).mentions("serves two versions").mentions("nothing pending");
    tenancy.run(&["up", "rename_contract", "--tenants"]).with(1).mentions("_rename_contract` waits");
    tenancy.run(&["up", "--tenants"]).with(0).mentions("3 had nothing to do").mentions("_rename_contract` waits");
    tenancy.run(&["up", "--tenants", "--contract", "--out-of-order"]).with(1).mentions("cannot be used with");
    assert_eq!(applied(), [2, 2, 3]);
    tenancy.run(&["up", "--tenants", "--contract", "--ignore-readers"]).with(0).mentions("2 done");
    assert_eq!(applied(), [3, 3, 3]);
    let log = tenancy.run(&["history", "--tenants", "t01"]).with(0);
    log.mentions("_rename_contract").mentions("--ignore-readers");
}

mod a_contract_waits_in_every_tenant {
    crate::support::on_servers!(a_contract_waits_in_every_tenant);
}

fn a_squash_is_recorded_for_each_tenant(product: Product) {
    let names = numbered(4);
    let tenancy = Tenancy::create(product, &names);
    tenancy.run(&["up", "--tenants", "t01,t02,t03"]).with(0);
    tenancy.unique_email();
    tenancy.run(&["up", "--tenants", "t01,t02"]).with(0);
    tenancy.run(&["squash", "All"]).with(0);
    let refused = tenancy.run(&["squash", "--prune"]).with(1);
    refused.mentions("the tenant `t01` of").mentions("has 2 of the 2 migrations").mentions("the tenant `t03` of");
    let applied = || names.iter().map(|name| tenancy.applied(name)).collect::<Vec<_>>();
    assert_eq!(applied(), [2, 2, 1, 0]);
    let state = |name: &str| {
        let found = tenancy.json(&["status", "--tenants", name]);
        found["tenants"][0]["pending"].as_array().map(Vec::len)
    };
    assert_eq!(["t01", "t03", "t04"].map(state), [Some(0), Some(1), Some(1)]);
    tenancy.run(&["up", "--tenants", "--dry-run"]).with(0).mentions("only their histories are written anew");
    // Those that have all of it get it recorded, one gets the rest first, and one gets the squashed migration itself.
    tenancy.run(&["up", "--tenants"]).with(0).mentions("4 done");
    assert_eq!(applied(), [1, 1, 1, 1]);
    tenancy.run(&["up", "--tenants"]).with(0).mentions("4 had nothing to do");
    tenancy.run(&["check", "--database", "--tenants"]).with(0).mentions("for 4 of 4 tenants");
    tenancy.run(&["squash", "--prune"]).with(0).mentions("--tenants does not need them (4 tenants)");
    tenancy.run(&["status", "--tenants"]).with(0).mentions("nothing pending");
    tenancy.run(&["up", "--tenants"]).with(0).mentions("4 had nothing to do");
}

fn a_column_of_another_region_is_created_in_no_tenant(product: Product) {
    let names = numbered(2);
    let tenancy = Tenancy::create(product, &names);
    let url = &tenancy.url;
    tenancy.configure(&format!(
        "[env.us]\ndatabase-url = {url:?}\nregion = \"us\"\n\n[personal]\nperson.email = {{ kind = \"email\", region = \"eu\" }}"
    ));
    let refused = tenancy.run(&["up", "--env", "us", "--tenants"]).with(1);
    refused.mentions("creates `person.email`").mentions("the environment `us` is in region `us`; nothing was run");
    assert!(names.iter().all(|name| tenancy.applied(name) == 0));
    // Without the snapshot nobody knows what the code says of a column.
    for folder in ["entities", "snapshots"] {
        std::fs::remove_dir_all(tenancy.path().join(folder)).expect("a folder");
    }
    let refused = tenancy.run(&["up", "--env", "us", "--tenants"]).with(1);
    refused.mentions("which is not here; nothing was run").mentions("deploy `snapshots");
    tenancy.run(&["up", "--env", "us"]).with(1).mentions("which is not here; nothing was run");
    assert!(names.iter().all(|name| tenancy.applied(name) == 0));
}
