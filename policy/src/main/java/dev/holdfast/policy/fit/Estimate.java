// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

/**
 * An estimated number and its 95 % confidence interval.
 *
 * @param name what it is; ends in Seconds if it is a time
 * @param value the estimate
 * @param low lower end; NaN if the data do not determine it
 * @param high upper end; NaN if the data do not determine it
 */
public record Estimate(String name, double value, double low, double high) {}
