// SPDX-License-Identifier: Apache-2.0
/**
 * Other processes and this one as the operating system sees them: sessions, signals, programs,
 * pages of memory.
 */
@NullMarked
package dev.holdfast.process;

import org.jspecify.annotations.NullMarked;
