// Written by scripts/deploy.ts from deployments/*.json; chains that live on one machine are left out.
import type { Deployment } from "../deployments.ts";

/** Every deployment this version of the package knows. */
export const DEPLOYMENTS: readonly Deployment[] = [];
