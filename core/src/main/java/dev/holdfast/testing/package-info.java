// SPDX-License-Identifier: Apache-2.0
/** For the unit tests of programs that run under Holdfast. */
@NullMarked
package dev.holdfast.testing;

import org.jspecify.annotations.NullMarked;
