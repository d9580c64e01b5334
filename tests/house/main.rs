//! The house's own rules: which crate may know what, and what the tree may hold.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn metadata() -> Value {
    let out = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).expect("JSON")
}

/// Files of the tree with their text, by path from the root.
fn files(dir: &str, ends: &[&str]) -> BTreeMap<String, String> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() {
                let skip = ["target", "node_modules", "dist", ".git", ".gocua", "test-results"];
                if !skip.iter().any(|s| name == *s) {
                    walk(&path, found);
                }
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(dir), &mut found);
    found
        .into_iter()
        .filter(|p| ends.iter().any(|e| p.to_string_lossy().ends_with(e)))
        .filter_map(|p| {
            let name = p.strip_prefix(root()).ok()?.to_string_lossy().into_owned();
            Some((name, std::fs::read_to_string(&p).ok()?))
        })
        .collect()
}

fn mention(dir: &str, ends: &[&str], words: &[&str]) -> BTreeSet<String> {
    files(dir, ends)
        .into_iter()
        .filter(|(_, text)| words.iter().any(|w| text.contains(w)))
        .map(|(name, _)| name)
        .collect()
}

/// Everything a crate pulls in for its own build, tests left out.
fn tree(of: &str) -> BTreeSet<String> {
    let out = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "-p", of, "-e", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .expect("cargo tree");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout)
        .lines()
        .filter_map(|l| l.split(' ').next().map(str::to_owned))
        .collect()
}

#[test]
fn the_domain_knows_no_io() {
    let tree = tree("gocua-domain");
    assert!(tree.contains("serde"));
    for banned in ["tokio", "sqlx", "sqlx-core", "sea-orm", "actix-web", "rand", "reqwest"] {
        assert!(!tree.contains(banned), "gocua-domain pulls in {banned}");
    }
}

#[test]
fn documents_demo_and_ground_know_neither_sql_nor_http() {
    for of in ["gocua-paper", "gocua-demo", "gocua-ground"] {
        let tree = tree(of);
        for banned in ["sqlx-core", "sea-orm", "actix-web", "tokio"] {
            assert!(!tree.contains(banned), "{of} pulls in {banned}");
        }
    }
}

#[test]
fn only_the_store_and_the_migrations_know_sql() {
    let allowed = |name: &String| {
        name.starts_with("crates/store/")
            || name.starts_with("migrations/")
            || name.starts_with("tests/")
    };
    let wrong: Vec<_> = mention("crates", &[".rs"], &["sea_orm::", "sqlx::"])
        .into_iter()
        .filter(|n| !allowed(n))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(!mention("crates/store", &[".rs"], &["sea_orm"]).is_empty());
}

#[test]
fn only_the_server_knows_http() {
    let wrong: Vec<_> = mention("crates", &[".rs"], &["actix_web"])
        .into_iter()
        .filter(|n| !n.starts_with("crates/server/"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn rollups_are_written_in_one_file_only() {
    let tables =
        ["rollup_group::", "rollup_alley::", "rollup_day::", "rollup_hour::", "household_state::"];
    for (name, text) in files("crates/store/src", &[".rs"]) {
        if name.ends_with("/rollup.rs") || name.contains("/entity/") {
            continue;
        }
        for table in tables {
            for write in ["Entity::insert", "Entity::update", "Entity::delete", "ActiveModel"] {
                assert!(!text.contains(&format!("{table}{write}")), "{name} writes {table}{write}");
            }
        }
    }
    assert!(
        files("crates/store/src", &["rollup.rs"])
            .values()
            .any(|t| t.contains("household_state::Entity::insert_many"))
    );
}

#[test]
fn only_data_and_sync_of_the_app_touch_indexeddb() {
    let wrong: Vec<_> =
        mention("pwa/src", &[".ts", ".svelte"], &["indexedDB", "from 'idb'", "from \"idb\""])
            .into_iter()
            .filter(|n| {
                !n.contains("/lib/data/") && !n.contains("/lib/sync/") && !n.ends_with(".test.ts")
            })
            .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn every_licence_and_crate_is_one_deny_toml_allows() {
    let deny = std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml");
    let quoted = |section: &str| -> BTreeSet<String> {
        let from = deny.find(section).expect("the section");
        let list = &deny[from..];
        let list = &list[list.find('[').map_or(0, |n| n + 1)..];
        let end = list.find("\n]").expect("the end of the list");
        list[..end].split('"').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let allowed = quoted("allow = [");
    let banned: BTreeSet<String> = deny
        .split("crate = \"")
        .skip(1)
        .filter_map(|s| s.split(['"', ':']).next().map(str::to_owned))
        .filter(|name| name != "h2")
        .collect();
    assert!(allowed.contains("Apache-2.0") && banned.contains("ring"), "deny.toml was read");
    let metadata = metadata();
    let built: BTreeSet<&str> = metadata["resolve"]["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .filter_map(|n| n["id"].as_str())
        .collect();
    let server = tree("gocua-server");
    for banned in &banned {
        assert!(!server.contains(banned), "{banned} is banned and built into the server");
    }
    for package in metadata["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().unwrap_or_default();
        if !built.contains(package["id"].as_str().unwrap_or_default()) || !server.contains(name) {
            continue;
        }
        let licence = package["license"].as_str().unwrap_or_default();
        let fine = licence.replace(['(', ')'], "").split(" AND ").all(|part| {
            part.split([' ', '/']).any(|word| allowed.contains(word)) || allowed.contains(part)
        });
        assert!(fine, "{name} is under {licence:?}, which deny.toml does not allow");
    }
}

#[test]
fn no_real_looking_number_is_in_the_tree() {
    let ends = [".rs", ".ts", ".svelte", ".json", ".csv", ".md", ".html", ".sh"];
    for (name, text) in
        ["crates", "pwa/src", "tests", "docs", "migrations"].iter().flat_map(|d| files(d, &ends))
    {
        // Milliseconds, hashes and coordinates are long too; an identity number begins with 0 and a
        // telephone number with a mobile prefix, and both stand alone.
        for run in text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))
        {
            let digits = run.len() >= 10 && run.bytes().all(|b| b.is_ascii_digit());
            if !digits {
                continue;
            }
            let phone = run.len() == 10
                && ["03", "05", "07", "08", "09"].iter().any(|p| run.starts_with(p));
            let identity = run.len() == 12 && run.starts_with('0');
            assert!(!phone && !identity, "{name} holds {run}");
        }
    }
}
