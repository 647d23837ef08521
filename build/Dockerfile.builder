# The image that CI jobs run in: every tool, publisher, and a Docker daemon for who asks for one.
#
#   docker build -f build/Dockerfile.builder --target builder     -t matric-builder .
#   docker build -f build/Dockerfile.builder --target builder-gpu -t matric-builder:gpu .
#
# build/README.md has the build arguments and what each part weighs.

# Bases. Any registry or mirror may stand here; `publisher pin` keeps the digests.
ARG DEBIAN_IMAGE=debian:bookworm-slim@sha256:7b140f374b289a7c2befc338f42ebe6441b7ea838a042bbd5acbfca6ec875818
ARG CUDA_IMAGE=nvidia/cuda:12.6.3-devel-ubuntu22.04@sha256:d49bb8a4ff97fb5fe477947a3f02aa8c0a53eae77e11f00ec28618a0bcaa2ad1
ARG RUST_IMAGE=rust:1.92-bookworm@sha256:e90e846de4124376164ddfbaab4b0774c7bdeef5e738866295e5a90a34a307a2
ARG NODE_IMAGE=node:22-bookworm-slim@sha256:6c74791e557ce11fc957704f6d4fe134a7bc8d6f5ca4403205b2966bd488f6b3
ARG SWIFT_IMAGE=swift:6.2-jammy@sha256:1c1f422aee767a7f33b88bc3aee99cad5de4af8723fbee8a3ab6951a6879f929

# Each a stage of this file, or an image that holds the same below /out.
ARG PUBLISHER=publisher-source
ARG CARGO_TOOLS=cargo-source

# hadolint ignore=DL3006
FROM ${NODE_IMAGE} AS node

# hadolint ignore=DL3006
FROM ${RUST_IMAGE} AS rust
ARG RUSTUP_DIST_SERVER=https://static.rust-lang.org
# An image of Rust has a minimal toolchain. rustup checks what it fetches against the signed channel's hashes.
RUN if command -v rustup >/dev/null; then rustup component add rustfmt clippy; fi \
    && cargo fmt --version && cargo clippy --version

# What is compiled here runs in both images, so it is compiled beside the older of their C libraries.
# hadolint ignore=DL3006
FROM ${SWIFT_IMAGE} AS compilers
ARG DEBIAN_MIRROR=
ARG UBUNTU_MIRROR=
RUN --mount=type=bind,source=build/scripts,target=/scripts \
    /scripts/install-packages.sh build-essential ca-certificates git libcrypt-dev \
        libcurl4-openssl-dev libisal-dev libssl-dev libzstd-dev pkg-config zlib1g-dev

FROM compilers AS publisher-source
WORKDIR /src
# A fresh clone has no Package.resolved: Package.swift pins the versions.
COPY Package.swift Package.resolved* ./
COPY docs/man docs/man
COPY Tests Tests
COPY Sources Sources
RUN --mount=type=cache,target=/src/.build \
    swift build -c release --static-swift-stdlib --product publisher \
    && install -D --strip .build/release/publisher /out/usr/local/bin/publisher \
    && install -D -m 644 docs/man/publisher.1 /out/usr/local/share/man/man1/publisher.1

FROM compilers AS cargo-source
COPY --from=rust /usr/local/rustup /usr/local/rustup
COPY --from=rust /usr/local/cargo /usr/local/cargo
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:$PATH
ARG SQLX_VERSION=0.8.6
ARG CARGO_AUDIT_VERSION=0.22.1
ARG CARGO_DENY_VERSION=0.19.4
# cargo checks each crate against the registry's checksum and the tool's own lockfile.
RUN cargo install --locked --root /out/usr/local --version "${SQLX_VERSION}" \
        --no-default-features --features postgres,rustls sqlx-cli \
    && cargo install --locked --root /out/usr/local --version "${CARGO_AUDIT_VERSION}" cargo-audit \
    && cargo install --locked --root /out/usr/local --version "${CARGO_DENY_VERSION}" cargo-deny \
    && rm /out/usr/local/.crates*

# hadolint ignore=DL3006
FROM ${PUBLISHER} AS publisher
# hadolint ignore=DL3006
FROM ${CARGO_TOOLS} AS cargo-tools

# hadolint ignore=DL3006
FROM ${DEBIAN_IMAGE} AS builder-system
ARG DEBIAN_MIRROR=
ARG UBUNTU_MIRROR=
ARG DOCKER_REPOSITORY=https://download.docker.com/linux
ARG DOCKER_PACKAGES
ARG EXTRA_PACKAGES=
RUN --mount=type=bind,source=build/scripts,target=/scripts \
    /scripts/install-packages.sh --docker --list /scripts/packages.txt ${EXTRA_PACKAGES}

# hadolint ignore=DL3006
FROM ${CUDA_IMAGE} AS builder-gpu-system
ARG DEBIAN_MIRROR=
ARG UBUNTU_MIRROR=
ARG DOCKER_REPOSITORY=https://download.docker.com/linux
ARG DOCKER_PACKAGES
ARG EXTRA_PACKAGES=
RUN --mount=type=bind,source=build/scripts,target=/scripts \
    /scripts/install-packages.sh --docker --list /scripts/packages.txt ${EXTRA_PACKAGES}

# The same on both, each part in a layer of its own: what changes often stands last.
FROM builder-gpu-system AS builder-gpu
COPY --from=rust /usr/local/rustup /usr/local/rustup
COPY --from=rust /usr/local/cargo /usr/local/cargo
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
COPY --from=cargo-tools /out /
COPY --from=publisher /out /
COPY build/scripts/entrypoint.sh /usr/local/bin/builder-dockerd
COPY build/scripts/checkout.sh /usr/local/bin/builder-checkout
COPY build/scripts/capacity.sh /usr/local/bin/builder-capacity
COPY build/scripts/check-tools.sh /usr/local/bin/builder-check
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:$PATH \
    CARGO_TERM_COLOR=always CARGO_INCREMENTAL=0 RUST_BACKTRACE=1
ARG IMAGE_IDENTITY=
RUN --mount=type=bind,source=build/scripts,target=/scripts /scripts/finish-image.sh --gpu
VOLUME /var/lib/docker
WORKDIR /build
ENTRYPOINT ["/usr/local/bin/builder-dockerd"]
CMD ["bash"]
ARG VERSION=0.0.0-dev
ARG GIT_SHA=unknown
ARG BUILD_DATE=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="matric-builder-gpu" \
      org.opencontainers.image.description="Builds, tests and publishes matric-memory; with CUDA" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${GIT_SHA}" \
      org.opencontainers.image.created="${BUILD_DATE}"

FROM builder-system AS builder
COPY --from=rust /usr/local/rustup /usr/local/rustup
COPY --from=rust /usr/local/cargo /usr/local/cargo
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
COPY --from=cargo-tools /out /
COPY --from=publisher /out /
COPY build/scripts/entrypoint.sh /usr/local/bin/builder-dockerd
COPY build/scripts/checkout.sh /usr/local/bin/builder-checkout
COPY build/scripts/capacity.sh /usr/local/bin/builder-capacity
COPY build/scripts/check-tools.sh /usr/local/bin/builder-check
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:$PATH \
    CARGO_TERM_COLOR=always CARGO_INCREMENTAL=0 RUST_BACKTRACE=1
ARG IMAGE_IDENTITY=
RUN --mount=type=bind,source=build/scripts,target=/scripts /scripts/finish-image.sh
VOLUME /var/lib/docker
WORKDIR /build
ENTRYPOINT ["/usr/local/bin/builder-dockerd"]
CMD ["bash"]
ARG VERSION=0.0.0-dev
ARG GIT_SHA=unknown
ARG BUILD_DATE=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="matric-builder" \
      org.opencontainers.image.description="Builds, tests and publishes matric-memory" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${GIT_SHA}" \
      org.opencontainers.image.created="${BUILD_DATE}"
