// SPDX-License-Identifier: Apache-2.0
/**
 * The crash drill: a real command is run undisturbed, then killed again and again and started again
 * until it ends, and what both runs have left is compared bit by bit. Where the time went is set
 * beside what the models and the failure simulator expect.
 */
@NullMarked
package dev.holdfast.simulator.drill;

import org.jspecify.annotations.NullMarked;
