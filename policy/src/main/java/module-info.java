// SPDX-License-Identifier: Apache-2.0
/** When to checkpoint: models of the cost of failures, and the policies built on them. */
module dev.holdfast.policy {
  requires commons.math3;
  requires static org.jspecify;

  exports dev.holdfast.policy;
  exports dev.holdfast.policy.fit;
  exports dev.holdfast.policy.logs;
}
