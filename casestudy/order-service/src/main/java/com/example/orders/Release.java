package com.example.orders;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** What this build is, from release.properties. */
@ConfigurationProperties("release")
public record Release(String version, @DefaultValue("none") Fault fault) {
  public enum Fault { NONE, NEVER_READY, ORDERS_500, ORDERS_WRONG }
}
