# The server in a small image: the executable, the C library, the certificates of the web, and nothing else; no shell, not root.
#   docker build -t shared-spaces .
#   docker run -p 127.0.0.1:8000:8000 -v spaces:/data shared-spaces

FROM node:22-bookworm-slim AS web
WORKDIR /web
COPY web/package.json web/package-lock.json ./
RUN npm ci --include=dev --no-audit --no-fund
COPY web ./
RUN npm run build

FROM rust:1.95-bookworm AS build
WORKDIR /sources
COPY . ./
# The app as it was built, and nothing to build it from, as in the published crate: no Node is needed here.
RUN rm -r web && install -d -m 700 -o 65532 -g 65532 /made/folders/data
COPY --from=web /web/dist web/dist
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/sources/target \
    cargo build --locked --release && cp target/release/shared-spaces /made/

FROM gcr.io/distroless/cc-debian13:nonroot
LABEL org.opencontainers.image.title="Shared Spaces" \
      org.opencontainers.image.description="A private place for a family or a group of friends to share thoughts and photos" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /made/shared-spaces /usr/bin/shared-spaces
# With their parent, because a folder that is itself the target gets the mode 755.
COPY --from=build /made/folders /
ENV SHARED_SPACES_DATA_DIR=/data ROCKET_ADDRESS=0.0.0.0 ROCKET_PORT=8000
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s --retries=3 CMD ["/usr/bin/shared-spaces", "health"]
ENTRYPOINT ["/usr/bin/shared-spaces"]
CMD ["serve"]
