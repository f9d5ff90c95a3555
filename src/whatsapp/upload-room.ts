import { AppError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import { limits } from "../limits.ts";

/**
 * Files on their way in lie in memory until they are kept, beside live calls: so many at once, and of one business no
 * more than leaves room for others, however slowly they come.
 */
export class UploadRoom {
  readonly #byBusiness = new Map<BusinessId, number>();
  #all = 0;

  /** @throws AppError "rate_limited" when there is no room now. */
  async during<T>(businessId: BusinessId, take: () => Promise<T>): Promise<T> {
    const ofBusiness = this.#byBusiness.get(businessId) ?? 0;
    if (ofBusiness >= limits.uploadsPerBusinessMax || this.#all >= limits.uploadsMax)
      throw new AppError("rate_limited", "too many files at once", { retryAfterSeconds: 5 });
    this.#byBusiness.set(businessId, ofBusiness + 1);
    this.#all++;
    try {
      return await take();
    } finally {
      this.#all--;
      const left = this.#byBusiness.get(businessId)! - 1;
      if (left > 0) this.#byBusiness.set(businessId, left);
      else this.#byBusiness.delete(businessId);
    }
  }
}
