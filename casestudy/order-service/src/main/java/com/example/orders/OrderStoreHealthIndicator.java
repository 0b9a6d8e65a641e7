package com.example.orders;

import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;

/** Part of readiness, as "orderStore": can this instance serve orders? */
@Component
public class OrderStoreHealthIndicator implements HealthIndicator {
  private final Release release;
  private final OrderStore store;

  public OrderStoreHealthIndicator(Release release, OrderStore store) {
    this.release = release;
    this.store = store;
  }

  @Override
  public Health health() {
    if (release.fault() == Release.Fault.NEVER_READY) {
      return Health.down().withDetail("error", "orders: migration 0042 has not been applied").build();
    }
    return Health.up().withDetail("orders", store.all().size()).build();
  }
}
