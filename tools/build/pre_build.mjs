// Trunk's pre-build hook: makes the pieces of the site that are not the page itself. Only what changed is redone.
// Read next: post_build.mjs, which lays the pieces into the site.

import { buildEngine } from "./engine.mjs";
import { bundleJavaScript } from "./javascript.mjs";
import { packKernelPackages } from "./kernel_packages.mjs";
import { buildLoops } from "./loops.mjs";
import { compileStandardLibrary } from "./python_bytecode.mjs";
import { packPython } from "./python_packages.mjs";
import { guardStack } from "./stack_guard.mjs";
import { takeSnapshot } from "./snapshot.mjs";

await bundleJavaScript();
await compileStandardLibrary();
await guardStack();
await packPython();
await packKernelPackages();
await buildEngine();
buildLoops();
await takeSnapshot();
