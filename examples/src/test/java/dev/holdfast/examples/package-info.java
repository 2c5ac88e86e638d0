// SPDX-License-Identifier: Apache-2.0
/** Tests of the examples, each run in JVMs of its own. */
@NullMarked
package dev.holdfast.examples;

import org.jspecify.annotations.NullMarked;
