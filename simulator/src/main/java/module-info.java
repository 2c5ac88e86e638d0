// SPDX-License-Identifier: Apache-2.0
/** Failures, virtual and real, and the work they waste. */
module dev.holdfast.simulator {
  requires static transitive org.jspecify;
  requires transitive dev.holdfast.policy;
  requires transitive dev.holdfast.core;
  requires HdrHistogram;
  requires commons.math3;

  exports dev.holdfast.simulator;
  exports dev.holdfast.simulator.drill;
}
