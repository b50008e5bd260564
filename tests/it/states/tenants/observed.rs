//! What is observed of tenants: commands of a run, the log, metrics, reports.

use sea_gen::schema::Product;
use serde_json::Value;

use super::tenancy::{Tenancy, numbered};
use crate::support::on_each;

on_each!(the_log_and_the_metrics_of_each_tenant_are_told);

fn the_log_and_the_metrics_of_each_tenant_are_told(product: Product) {
    let names = numbered(2);
    let tenancy = Tenancy::create(product, &names);
    tenancy.execute_at_home("CREATE TABLE other (id integer PRIMARY KEY)");
    tenancy.run(&["up", "--tenants", "t01", "--unproven"]).with(0);
    let log = tenancy.json(&["history", "--tenants"]);
    let first = &log["tenants"][0]["lines"][0];
    assert_eq!((&log["tenants"][0]["tenant"], &first["event"]), (&Value::from("t01"), &Value::from("applied")));
    assert_eq!(first["exceptions"], serde_json::json!(["--unproven"]), "{first:#}");
    assert_eq!(log["tenants"][1]["count"], 0);
    tenancy.run(&["history", "--tenants", "t01", "--verify"]).with(0).mentions("the chain of 1 line holds");
    tenancy.run(&["history"]).with(1).mentions("each of its tenants has one").mentions("gen history --tenants");
    tenancy.run(&["report", "--tenant", "t01"]).with(0).mentions("t01").mentions("_initial");
    tenancy.run(&["report"]).with(0).mentions("gen report --tenant NAME");
    tenancy.run(&["status"]).with(0).mentions("gen status --tenants");

    let said = tenancy.run(&["status", "--tenants", "--format", "prometheus"]).with(0).out;
    for (name, up, applied, pending) in [("t01", 1, 1, 0), ("t02", 1, 0, 1)] {
        for (metric, value) in
            [("gen_database_up", up), ("gen_migrations_applied", applied), ("gen_migrations_pending", pending)]
        {
            let sample = said.lines().find(|line| {
                line.starts_with(&format!("{metric}{{")) && line.contains(&format!(",tenant=\"{name}\"}}"))
            });
            assert!(sample.is_some_and(|line| line.ends_with(&format!(" {value}"))), "{metric} of {name}: {said}");
        }
    }
    let said = tenancy.run(&["status", "--tenants", "--format", "json"]).with(0).out;
    let found: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(found["tenants"][1]["pending"].as_array().map(Vec::len), Some(1));
    let plain = tenancy.run(&["status", "--format", "prometheus"]).with(0).out;
    assert_eq!(plain.matches("gen_database_up{").count(), 3, "the database and its tenants: {plain}");
}

#[cfg(unix)]
#[apply(test)]
fn commands_run_once_for_all_tenants() {
    let names = numbered(2);
    let tenancy = Tenancy::create(Product::Sqlite, &names);
    let configure = |hooks: &str| tenancy.configure(&format!("on-failure = \"continue\"\n[hooks]\n{hooks}"));
    let heard = |name: &str| -> Vec<Value> {
        let path = tenancy.path().join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let _ = std::fs::remove_file(&path);
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    configure("before_up = \"cat >> before\"\nafter_up = \"cat >> after\"\non_failure = \"cat >> failed\"\n");
    let state = tenancy.path().join(".state");
    let state = ("XDG_STATE_HOME", state.to_str().expect("a path"));
    let refused = tenancy.run_with(&["up", "--tenants"], &[state, ("GEN_HOOKS", "")]).with(1);
    refused.mentions("the command of the hook `before_up` decides whether the run may begin");
    assert!(names.iter().all(|name| tenancy.applied(name) == 0));
    let allowed = [state, ("GEN_HOOKS", "allow")];
    tenancy.run_with(&["up", "--tenants"], &allowed).with(0);
    let [before] = &heard("before")[..] else { panic!("one command before all of them") };
    assert_eq!(before["tenants"], serde_json::json!(["t01", "t02"]));
    assert_eq!(before["planned"].as_array().map(Vec::len), Some(1));
    let [after] = &heard("after")[..] else { panic!("one command after all of them") };
    let tenants: Vec<&Value> =
        after["migrations"].as_array().expect("migrations").iter().map(|it| &it["tenant"]).collect();
    assert_eq!(tenants.len(), 2, "{after}");
    tenancy.run_with(&["up", "--tenants"], &allowed).with(0);
    assert!(heard("before").is_empty(), "nothing was to do");

    tenancy.unique_email();
    tenancy.twice("t02");
    tenancy.run_with(&["up", "--tenants"], &allowed).with(1).mentions("applied t01").mentions("failed t02");
    let [failed] = &heard("failed")[..] else { panic!("one command after a failure") };
    assert!(failed["error"].as_str().is_some_and(|error| error.contains("1 of 2 tenants failed")), "{failed}");
    assert!(heard("after").is_empty());
    tenancy.execute("t02", "DELETE FROM person");
    tenancy.run_with(&["up", "--tenants", "--no-hooks"], &allowed).with(0);
    assert!(heard("after").is_empty());
}
