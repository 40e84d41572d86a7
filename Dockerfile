# The image of the service: docker build -t YOUR-REGISTRY/ctf-provisioner:VERSION .
# scripts/check-image follows the second stage step by step in a folder, and starts the service there.
FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libsqlite3-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN swift build -c release --product provisioner \
    && scripts/image-files "$(swift build -c release --show-bin-path)/provisioner" /image

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libsqlite3-0 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /image/ /usr/local/
USER 65532:65532
EXPOSE 8081
ENTRYPOINT ["provisioner"]
CMD ["serve"]
