// SPDX-License-Identifier: Apache-2.0
/**
 * Laws of failures from data: maximum likelihood with right censoring, how well each law fits, and
 * in words what the data can and cannot tell. Start at LawFitting.
 */
@NullMarked
package dev.holdfast.policy.fit;

import org.jspecify.annotations.NullMarked;
