//! What proves each block of code of README and of `docs/`.

/// How a block is proved.
pub enum Proof {
    /// Each of its lines is run alone, where some accounts, a space and photos are.
    Each,
    /// Its lines are run one after the other, once these were.
    Together(&'static [&'static str]),
    /// Its variables are accepted as settings.
    Variables,
    /// It is accepted as `Rocket.toml`.
    Toml,
    /// It is JSON.
    Json,
    /// A test of its own in `setups.rs`.
    Setup,
    /// This file runs it, or what it describes.
    By(&'static str),
    /// It is only read by a shell, because it needs this, which no test has.
    Needs(&'static str),
}

use Proof::{By, Each, Json, Needs, Setup, Together, Toml, Variables};

/// Needs an account at Amazon and its command line.
const AMAZON: &str = "an account at Amazon";
/// Needs root and systemd; `scripts/package-install` tries it where there are both.
const ROOT: &str = "root and systemd";

/// Page, the beginning of a block's first line, and its proof.
pub const PROOFS: &[(&str, &str, Proof)] = &[
    ("README.md", "cargo run --release", Needs("a release build")),
    ("README.md", "# Register, and sign in.", Setup),
    (
        "README.md",
        "python3 -m venv moto",
        Needs("the package index"),
    ),
    (
        "README.md",
        "export SHARED_SPACES_DATA_DIR=data-with-s3",
        Setup,
    ),
    (
        "README.md",
        "target/release/shared-spaces backup",
        Together(&[]),
    ),
    ("README.md", "shared-spaces  ", Each),
    ("README.md", "scripts/test --quick", Needs("itself")),
    ("docs/ARCHITECTURE.md", "api/", By("tests/tidy.rs")),
    (
        "docs/backup.md",
        "shared-spaces backup spaces.tar.zst",
        Together(&["mkdir -p /mnt/disk/spaces"]),
    ),
    ("docs/backup.md", "{", Json),
    (
        "docs/backup.md",
        "SHARED_SPACES_BACKUP__INTERVAL",
        Variables,
    ),
    (
        "docs/backup.md",
        "shared-spaces backup --take-over",
        Together(&[
            "mkdir -p /mnt/disk/spaces",
            "shared-spaces backup /mnt/disk/spaces",
            "cp -a \"$SHARED_SPACES_DATA_DIR\" /srv/spaces",
            "export SHARED_SPACES_BACKUP__DESTINATION=/mnt/disk/spaces",
        ]),
    ),
    (
        "docs/backup.md",
        "shared-spaces verify",
        Together(&[
            "mkdir -p /mnt/disk/spaces",
            "shared-spaces backup /mnt/disk/spaces",
        ]),
    ),
    (
        "docs/backup.md",
        "cp /mnt/disk/spaces/photos",
        Needs(AMAZON),
    ),
    (
        "docs/backup.md",
        "mkdir data && tar",
        Together(&["shared-spaces backup spaces.tar.zst"]),
    ),
    (
        "docs/backup.md",
        "grep ' photos/' SHA256SUMS",
        Together(&[
            "mkdir -p /mnt/disk/spaces by-hand",
            "shared-spaces backup /mnt/disk/spaces",
            "cd by-hand",
            "tar --zstd -xf /mnt/disk/spaces/*.tar.zst",
            "! sha256sum --quiet -c SHA256SUMS",
            "AFTER sha256sum --quiet -c SHA256SUMS",
        ]),
    ),
    (
        "docs/configuration.md",
        "2026-05-17T",
        By("tests/process/request_log.rs"),
    ),
    ("docs/configuration.md", "shared-spaces keys rotate", Each),
    (
        "docs/deployment.md",
        "SHARED_SPACES_PUBLIC_URL=https://spaces.example.org",
        Variables,
    ),
    (
        "docs/deployment.md",
        "# For ports below 1024",
        By("scripts/package-install"),
    ),
    ("docs/deployment.md", "# Caddy: /etc/caddy/Caddyfile", Setup),
    (
        "docs/deployment.md",
        "# nginx: in the http block",
        By("tests/process/nginx.rs"),
    ),
    ("docs/deployment.md", "ROCKET_ADDRESS=unix:", Variables),
    (
        "docs/deployment.md",
        "# nginx: by a unix socket, in the server block of the host",
        By("tests/process/unix_socket.rs"),
    ),
    (
        "docs/deployment.md",
        "# Caddy: by a unix socket, in the block of the host",
        By("tests/process/unix_socket.rs"),
    ),
    (
        "docs/deployment.md",
        "SHARED_SPACES_PUBLIC_URL=https://home.example.org",
        Variables,
    ),
    (
        "docs/deployment.md",
        "# nginx: in the server block",
        By("tests/process/sub_path.rs"),
    ),
    (
        "docs/deployment.md",
        "# Caddy: in the block of the host",
        By("tests/process/sub_path.rs"),
    ),
    (
        "docs/deployment.md",
        "# haproxy: in the frontend",
        By("tests/process/sub_path.rs"),
    ),
    ("docs/deployment.md", "aws sqs create-queue", Needs(AMAZON)),
    (
        "docs/deployment.md",
        "aws s3api create-bucket",
        Needs(AMAZON),
    ),
    ("docs/deployment.md", "{", Json),
    ("docs/deployment.md", "aws iam create-user", Needs(AMAZON)),
    (
        "docs/deployment.md",
        "SHARED_SPACES_PHOTOS__STORE=s3",
        Variables,
    ),
    ("docs/deployment.md", "garage key create", Needs("Garage")),
    (
        "docs/deployment.md",
        "shared-spaces photos move",
        By("tests/aws/moving.rs"),
    ),
    ("docs/installing.md", "scripts/package-deb", Needs(ROOT)),
    ("docs/installing.md", "sudo systemctl edit", Needs(ROOT)),
    ("docs/installing.md", "[Service]", By("scripts/packages")),
    ("docs/installing.md", "printf", Needs(ROOT)),
    (
        "docs/installing.md",
        "cargo build --locked --release",
        Needs(ROOT),
    ),
    ("docs/installing.md", "docker compose up", Needs("Docker")),
    ("docs/installing.md", "docker compose exec", Needs("Docker")),
    ("docs/installing.md", "SHARED_SPACES_PUBLIC_URL", Variables),
    ("docs/installing.md", "services:", By("scripts/packages")),
    ("docs/installing.md", "podman build", Needs("Podman")),
    ("docs/mail.md", "[default.app]", Toml),
    ("docs/monitoring.md", "[default.app]", Toml),
    (
        "docs/monitoring.md",
        "scrape_configs:",
        By("scripts/monitoring"),
    ),
    ("docs/reliability.md", "shared-spaces photos verify", Each),
    (
        "docs/upgrading.md",
        "mkdir newer",
        Together(&[
            "mkdir folder && cd folder",
            "touch shared-spaces.db shared-spaces.db-wal shared-spaces.db-shm",
            "echo before > 'shared-spaces.db.before-v<N>'",
            "AFTER grep before shared-spaces.db",
        ]),
    ),
    (
        "docs/scaling.md",
        "# /etc/shared-spaces/cells.template",
        Toml,
    ),
    ("docs/scaling.md", "# In cells.template", Toml),
    ("docs/scaling.md", "sudo mkdir", Needs(ROOT)),
    ("docs/scaling.md", "cell=ann", Needs(ROOT)),
    (
        "docs/scaling.md",
        "# nginx: in the http block, for all cells",
        By("tests/process/cells.rs"),
    ),
    (
        "docs/scaling.md",
        "# Caddy: /etc/caddy/Caddyfile, a block",
        By("tests/process/cells.rs"),
    ),
    (
        "docs/scaling.md",
        "# On the machine where it is",
        By("bench/scaling/moving.py"),
    ),
    ("docs/upgrading.md", "systemctl stop", Needs(ROOT)),
    (
        "docs/upgrading.md",
        "litestream replicate",
        Needs("Litestream"),
    ),
];
