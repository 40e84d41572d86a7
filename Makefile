# Everything a person types. `make help` lists the targets and the comments after them.

CLUSTER := scripts/cluster/cluster
UNIT_TESTS := PodPolicyTests|StacksTests|StackClusterTests|KubernetesClientTests|HTTPAPITests

.PHONY: help demo run build unit test lint format docs soak fuzz bench bench-event cluster-up cluster-status cluster-down

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## bring up what is missing, run the service, read a flag from a real container, delete the stack
	scripts/demo

run: ## run the same service in the foreground, with curl lines to paste
	scripts/run

build: ## compile the service and the tests, for debugging
	swift build --build-tests

unit: ## run the tests that need no cluster and no database
	swift build --build-tests
	swift test --skip-build --filter '^($(UNIT_TESTS))\.'

test: ## run lint, unit, integration and end-to-end tests
	scripts/test

lint: ## check the format of the Swift sources, and the scripts with shellcheck
	scripts/lint

format: ## format the Swift sources
	swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks Fuzzing

docs: ## write the reference of the two clients with DocC, below .build/plugins
	swift package generate-documentation --target KubernetesClient
	swift package generate-documentation --target DynamoDB

soak: ## run the random run longer: 20,000 operations (RANDOM_RUN_SEED repeats one)
	RANDOM_RUN_OPERATIONS=20000 scripts/test --filter RandomRunTests

fuzz: ## fuzz the Pod policy for ten minutes
	scripts/fuzz 600

bench: ## measure every figure beside a floor, as a table and in var/bench.json
	mkdir -p var
	scripts/bench var/bench.json

bench-event: ## an event of one hour: 2,700 stacks, one create and one delete a second
	scripts/bench event

cluster-up: ## start the local Kubernetes (repeat at will)
	$(CLUSTER) up

cluster-status: ## show which parts of it run, and where
	$(CLUSTER) status

cluster-down: ## end it; its data stays in var/cluster for the next start
	$(CLUSTER) down
